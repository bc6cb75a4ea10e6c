import type { Schema } from "@/api/client";
import { cyclesText } from "./cycles";
import type { Plan } from "./data";

export type Revision = Schema["RevisionOut"];

/** What a person did not write. */
const OWN = new Set(["recorded_by", "removed_at", "clinician"]);

function written(name: string, value: unknown): string {
  if (value == null) return "";
  if (name === "cycles") return cyclesText(value as Plan["cycles"]);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a revision changed; nothing of the first, which is all new. */
export function changesOf(before: Revision | undefined, after: Revision) {
  if (!before) return [];
  return Object.entries(after.values)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => ({ name, from: written(name, before.values[name]), to: written(name, value) }))
    .filter(({ from, to }) => from !== to);
}
