import type { Schema } from "@/api/client";

export type BodyPart = Schema["BodyPart"];
export type Laterality = Schema["Laterality"];

/** As DICOM names them, from head to foot; the server's own list (ocs/choices.py). */
export const BODY_PARTS = [
  "BRAIN",
  "HEAD",
  "HEADNECK",
  "EYE",
  "EAR",
  "NECK",
  "CAROTID",
  "CSPINE",
  "TSPINE",
  "LSPINE",
  "SPINE",
  "CHEST",
  "ABDOMEN",
  "PELVIS",
  "SHOULDER",
  "ARM",
  "HAND",
  "HIP",
  "KNEE",
  "LEG",
  "FOOT",
  "WHOLEBODY",
] as const satisfies BodyPart[];
export const SIDES = ["L", "R", "B"] as const satisfies Laterality[];

const WITHOUT_SIDES: readonly BodyPart[] = ["CSPINE", "TSPINE", "LSPINE", "SPINE", "ABDOMEN", "WHOLEBODY"];
const PLACED_TREATMENTS = ["SURGERY", "RADIOTHERAPY"];
const NAMED: Partial<Record<string, BodyPart>> = {
  MR_BRAIN: "BRAIN",
  MR_BRAIN_CONTRAST: "BRAIN",
  MR_SPINE: "SPINE",
  CT_HEAD: "HEAD",
  CT_BRAIN: "BRAIN",
  CT_CHEST: "CHEST",
};

/** Whether something is done at a part of the body. */
export function isPlaced(jobRole: Schema["JobRoleEnum"], jobType: string): boolean {
  return jobRole === "RIS" || PLACED_TREATMENTS.includes(jobType);
}

/** The part that the examination names. */
export function partOf(jobType: string): BodyPart | null {
  return NAMED[jobType] ?? null;
}

/** Whether an order of this part may name a side. */
export function hasSides(part: BodyPart | null): boolean {
  return part !== null && !WITHOUT_SIDES.includes(part);
}
