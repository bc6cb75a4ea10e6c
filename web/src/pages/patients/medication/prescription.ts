import type { Schema } from "@/api/client";

/** A prescription while it is written. `drug_code`: of the formulary, "" for free text. */
export interface Prescription {
  drug: string;
  drug_code: string;
  dose: string;
  frequency: string;
  daily_mg: string;
  days: string;
  reason: string;
}

export const newPrescription: Prescription = {
  drug: "",
  drug_code: "",
  dose: "",
  frequency: "",
  daily_mg: "",
  days: "7",
  reason: "",
};

type Warning = Schema["WarningOut"];

/** What the check reads: the drug, and the daily dose where it is written. */
export function checkBody(patient: number, written: Prescription) {
  const daily = Number(written.daily_mg);
  return {
    patient,
    drug: written.drug.trim(),
    ...(written.drug_code && { drug_code: written.drug_code }),
    ...(daily > 0 && { daily_mg: daily }),
  };
}

/** Every warning that was shown is acknowledged, with the reason. */
export function prescriptionBody(patient: number, written: Prescription, warnings: Warning[]) {
  return {
    ...checkBody(patient, written),
    dose: written.dose.trim(),
    frequency: written.frequency.trim(),
    days: Number(written.days),
    ...(warnings.length > 0 && {
      acknowledged: warnings.map(({ code }) => code),
      reason: written.reason.trim(),
    }),
  };
}

export function isComplete(written: Prescription, warnings: Warning[]): boolean {
  const { drug, dose, frequency, days, reason } = written;
  const filled = [drug, dose, frequency, ...(warnings.length > 0 ? [reason] : [])];
  const length = Number(days);
  return filled.every((text) => text.trim()) && Number.isInteger(length) && length >= 1 && length <= 365;
}
