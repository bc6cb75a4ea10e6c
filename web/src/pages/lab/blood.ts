import type { Panel } from "./data";

type Analyte = Panel["analytes"][number];

/** One line of the panel as it is typed. */
export interface BloodRow {
  code: string;
  value: string;
  unit: string;
  method: string;
}

interface Entered {
  code: string;
  value: string | number;
  unit: string;
  method?: string;
}

const NUMBER = /^\d+(\.\d+)?$/;

export function rowsEntered(result: Record<string, unknown> | undefined): BloodRow[] {
  const analytes = result?.["analytes"];
  if (!Array.isArray(analytes)) return [];
  return (analytes as Entered[]).map(({ code, value, unit, method }) => ({
    code,
    value: String(value),
    unit,
    method: method ?? "",
  }));
}

/** The rows with those of `codes` that are not there yet, in the unit of the laboratory. */
export function withCodes(rows: BloodRow[], codes: string[], analytes: Analyte[]): BloodRow[] {
  const present = new Set(rows.map(({ code }) => code));
  const added = codes.flatMap((code) => {
    const analyte = analytes.find((each) => each.code === code);
    return analyte && !present.has(code)
      ? [{ code, value: "", unit: analyte.unit, method: "" }]
      : [];
  });
  return [...rows, ...added];
}

/** What is sent of a row; null while it has no value. */
export function analyteOf({ code, value, unit, method }: BloodRow): Entered | null {
  const text = value.trim();
  if (!text) return null;
  const read = NUMBER.test(text) ? Number(text) : text;
  return { code, value: read, unit, ...(method.trim() && { method: method.trim() }) };
}

/** The range of the patient, that of the method before that of any. */
export function rangeOf(analyte: Analyte, method: string): { low: number | null; high: number | null } {
  return analyte.methods.find((each) => each.method === method) ?? analyte;
}
