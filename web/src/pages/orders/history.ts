import type { Schema } from "@/api/client";

type Step = Schema["OrderHistoryOut"];

/** A result that was corrected stays in its state. */
export function isAmendment({ from_status, to_status }: Step): boolean {
  return from_status === to_status;
}

/** The step into a state; corrections are none. */
export function lastStep(steps: Step[], status: string): Step | undefined {
  return steps.filter((step) => step.to_status === status && !isAmendment(step)).at(-1);
}
