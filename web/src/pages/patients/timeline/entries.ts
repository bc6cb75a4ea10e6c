import type { Schema } from "@/api/client";
import { MEASURES, type Measure } from "@/shared/vitals/measures";

export type Entry = Schema["TimelineEntryOut"];

export const KINDS = [
  "encounter",
  "note",
  "problem",
  "allergy",
  "vitals",
  "prescription",
  "order",
  "result",
  "study",
  "ai",
  "treatment",
  "treatment_event",
  "adverse_event",
  "visit",
] as const;
export type Kind = (typeof KINDS)[number];

export function kindOf({ type }: Entry): Kind | undefined {
  return KINDS.find((kind) => kind === type);
}

const TABS: Partial<Record<Kind, string>> = {
  encounter: "encounters",
  note: "documents",
  problem: "problems",
  allergy: "problems",
  vitals: "vitals",
  prescription: "medication",
  treatment: "treatment",
  treatment_event: "treatment",
  adverse_event: "treatment",
  visit: "treatment",
};

/** Where an entry leads: its own page, or the tab of the patient that holds it. */
export function linkOf(kind: Kind, { ref }: Entry): string {
  if (kind === "order" || kind === "result") return `/orders?order=${ref}`;
  if (kind === "study") return `/studies/${ref}`;
  if (kind === "ai") return `/ai/jobs/${ref}`;
  return `?tab=${TABS[kind] ?? "overview"}`;
}

/** `systolic_mmhg 152, pain 3` as measures with their values. */
export function measuresOf(detail: string): { measure: Measure; value: string }[] {
  return detail.split(", ").flatMap((part) => {
    const [name, value] = part.split(" ");
    const found = MEASURES.find((each) => each.name === name);
    return found && value ? [{ measure: found.name, value }] : [];
  });
}
