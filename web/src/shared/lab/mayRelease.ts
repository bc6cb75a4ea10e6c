import type { Schema } from "@/api/client";
import type { SessionUser } from "@/session";

/** Of a genetic result a doctor decides that it is the patient's to read (ocs/selectors.py, `may_release`). */
export function mayRelease({ job_type }: Schema["OrderOut"], { role }: SessionUser): boolean {
  return job_type !== "GENETIC" || role === "doctor";
}
