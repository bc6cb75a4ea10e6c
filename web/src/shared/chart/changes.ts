import { readable, valuesOf, type Field } from "@/shared/forms/fields";
import type { Change } from "./api";

/** Columns that say how the row is kept, not what it says. */
const SILENT = new Set([
  "patient_id", // of a row its patient, of a patient the MRN that never changes
  "recorded_by_id",
  "clinician_id",
  "prescriber_id",
  "deleted_by_id",
  "outside_author",
  "deleted_at",
  "stopped_by_id",
  "signed_at",
  "code_system",
  "warnings",
  "user_id",
  "merged_into_id",
]);

/** What a new row says of itself if nobody says otherwise. */
const DEFAULTS = new Map<string, unknown>([
  ["spo2_scale", 1],
  ["pregnant", false],
  ["restricted", false],
]);

export interface ChangeLine {
  label: string;
  before: string;
  after: string;
}

/** What one change did, in the words of the form; what was and stays empty is left out. */
export function linesOf(change: Change, fields: Field[], labels: Record<string, string>): ChangeLine[] {
  return change.changes.flatMap(({ field: name, before, after }) => {
    if (SILENT.has(name)) return [];
    if (change.action === "create" && DEFAULTS.has(name) && DEFAULTS.get(name) === after) return [];
    const field = fields.find((each) => each.name === name) ?? {
      name,
      label: labels[name] ?? name,
      type: name.endsWith("_at") ? ("datetime" as const) : ("text" as const),
    };
    const [was, is] = [before, after].map((value) =>
      readable(field, valuesOf([field], { [name]: value })[name] ?? ""),
    );
    return was === is || !(was || is) ? [] : [{ label: field.label, before: was ?? "", after: is ?? "" }];
  });
}
