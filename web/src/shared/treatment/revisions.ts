import type { TFunction } from "i18next";
import type { Schema } from "@/api/client";
import { calendarDate, dateTime } from "@/shared/when";
import { cyclesText } from "./cycles";
import type { Plan } from "./data";

export type Revision = Schema["RevisionOut"];

/** What a person did not write. */
const OWN = new Set(["recorded_by", "removed_at", "clinician"]);

/** Of the fields that hold a code: where its words stand, under `treatment`. */
const WORDS: Record<string, string> = {
  status: "status",
  "visit.status": "visit",
  kind: "kind",
  "event.kind": "event",
  extent_of_resection: "extent",
  technique: "technique",
  attribution: "adverseEvent",
  action_taken: "adverseEvent",
  flair: "response",
  clinical: "response",
};

interface Lesion {
  label: string;
  longest_mm: number | string;
  perpendicular_mm: number | string;
}

/** The words of a value, as the forms and tables show it; `term` names a term of CTCAE. */
export function wordsOf(t: TFunction, term: (name: string) => string) {
  return (kind: Revision["kind"], name: string, value: unknown): string => {
    if (value == null || value === "") return "";
    if (typeof value === "boolean") return t(value ? "treatment.response.yes" : "treatment.response.no");
    if (name === "cycles") return cyclesText(value as Plan["cycles"]);
    if (name === "lesions")
      return (value as Lesion[])
        .map(({ label, longest_mm, perpendicular_mm }) => `${label} ${longest_mm} × ${perpendicular_mm} mm`)
        .join("; ");
    if (Array.isArray(value)) return value.join(", ");
    if (typeof value !== "string") return JSON.stringify(value);
    if (name.endsWith("_at")) return dateTime(value);
    if (/^\d{4}-\d\d-\d\d$/.test(value)) return calendarDate(value);
    if (name === "term") return term(value);
    const words = WORDS[`${kind}.${name}`] ?? WORDS[name];
    return words ? t(`treatment.${words}.${value}`, value) : value;
  };
}

/** What a revision changed; nothing of the first, which is all new. */
export function changesOf(
  before: Revision | undefined,
  after: Revision,
  words: ReturnType<typeof wordsOf>,
) {
  if (!before) return [];
  return Object.entries(after.values)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => ({
      name,
      from: words(after.kind, name, before.values[name]),
      to: words(after.kind, name, value),
    }))
    .filter(({ from, to }) => from !== to);
}
