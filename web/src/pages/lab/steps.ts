import type { Schema } from "@/api/client";
import type { SessionUser } from "@/session";
import type { Order, Specimen, Version } from "./data";

export type Step = Schema["LabBenchStep"];

export const STEPS = ["COLLECT", "RECEIVE", "ENTER", "VERIFY", "CONFIRM"] as const satisfies Step[];
export const SPECIMEN_KINDS = [
  "blood",
  "serum",
  "plasma",
  "csf",
  "tissue",
  "urine",
  "other",
] as const satisfies Schema["SpecimenKind"][];
export const REJECT_REASONS = [
  "haemolysed",
  "clotted",
  "insufficient",
  "mislabelled",
  "wrong_tube",
  "too_old",
  "other",
] as const satisfies Schema["SpecimenRejectReason"][];

/** What an order waits for: as the server's worklist has it (lis/selectors.py). */
export function stepOf(order: Order, specimens: Specimen[], versions: Version[]): Step {
  const newest = versions.at(-1)?.state;
  if (order.status === "CANCELLED") return "DONE";
  if (newest === "ENTERED") return "VERIFY";
  if (order.status === "CONFIRMED") return "DONE";
  if (order.status === "RESULT_READY") return "CONFIRM";
  if (newest === "RETURNED") return "ENTER";
  if (specimens.some(({ state }) => state === "RECEIVED")) return "ENTER";
  return specimens.some(({ state }) => state === "COLLECTED") ? "RECEIVE" : "COLLECT";
}

/** Whether this person may verify or confirm it; the server decides again. */
export function mayConfirm(user: SessionUser): boolean {
  return user.permissions.includes("confirm_order") && user.role !== "rib";
}

export function mayVerify(user: SessionUser, version: Version): boolean {
  return mayConfirm(user) && version.entered_by !== user.id;
}

/** A result that is out is amended, which has a reason. */
export function isOut(order: Order): boolean {
  return order.status === "RESULT_READY" || order.status === "CONFIRMED";
}
