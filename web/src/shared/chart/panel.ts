import type { Schema } from "@/api/client";

/** The parts of a patient's page by what its address calls them (`?tab=`). */
export const PANELS = [
  "overview",
  "problems",
  "encounters",
  "vitals",
  "medication",
  "laboratory",
  "imaging",
  "treatment",
  "orders",
  "documents",
  "timeline",
  "access",
] as const;
export type PanelKey = (typeof PANELS)[number];

export interface PanelProps {
  patient: Schema["PatientOut"];
}
