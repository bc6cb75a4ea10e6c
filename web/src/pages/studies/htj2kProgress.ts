import type { Schema } from "@/api/client";

type Htj2k = Schema["Htj2kOut"];

const POLL_MS = 5_000;
const PAUSED_POLL_MS = 60_000;
/** What nobody expects to travel fast. */
const NO_PICTURES: Schema["Htj2kRefusal"][] = ["NOT_AN_IMAGE", "SEGMENTATION"];

export function fastImages({ instances, stored, refused }: Htj2k) {
  const pictures = refused.filter(({ reason }) => !NO_PICTURES.includes(reason));
  const done = refused.reduce((sum, one) => sum + one.instances, stored);
  return { done, all: instances, waiting: done < instances, refused: pictures };
}

/** How long until the study is asked about again; never, once nothing waits. */
export function pollInterval(htj2k: Htj2k | undefined): number | false {
  if (!htj2k || !fastImages(htj2k).waiting) return false;
  return htj2k.paused ? PAUSED_POLL_MS : POLL_MS;
}
