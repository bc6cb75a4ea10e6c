import type { Schema } from "@/api/client";

type Htj2k = Schema["Htj2kOut"];

const POLL_MS = 5_000;
const LONGEST_POLL_MS = 300_000;
/** What nobody expects to travel fast. */
const NO_PICTURES: Schema["Htj2kRefusal"][] = ["NOT_AN_IMAGE", "SEGMENTATION"];

export function progressOf({ instances, stored, refused }: Htj2k) {
  const pictures = refused.filter(({ reason }) => !NO_PICTURES.includes(reason));
  const done = refused.reduce((sum, one) => sum + one.instances, stored);
  return { done, all: instances, waiting: done < instances, refused: pictures };
}

/** How long until the study is asked about again, after so many times; never, once nothing waits.
 * Each request is recorded as access to the study, so that they become rare. */
export function pollInterval(htj2k: Htj2k | undefined, times: number): number | false {
  if (!htj2k || !progressOf(htj2k).waiting) return false;
  return htj2k.paused ? LONGEST_POLL_MS : Math.min(POLL_MS * 1.5 ** times, LONGEST_POLL_MS);
}
