import i18next from "i18next";

/** UCUM as it is printed (its PRINT column): `mm[Hg]` is read as mmHg. */
const PRINTED: Record<string, string> = {
  "mm[Hg]": "mmHg",
  Cel: "°C",
  "{score}": "",
  "1": "",
  "10*3/uL": "×10³/µL",
  "10*6/uL": "×10⁶/µL",
  "10*9/L": "×10⁹/L",
  "10*12/L": "×10¹²/L",
  "{INR}": "INR",
  mm2: "mm²",
  "mg/m2": "mg/m²",
  "g/m2": "g/m²",
  mL: "ml",
  "mL/min/{1.73_m2}": "mL/min/1.73 m²",
};

const TIMES = { a: "common.units.years", mo: "common.units.months" } as const;

/** A unit for a person; annotations in braces are left out, times are in the page's language. */
export function unitText(unit: string): string {
  if (unit === "a" || unit === "mo") return i18next.t(TIMES[unit]);
  return PRINTED[unit] ?? unit.replaceAll(/\{[^}]*\}/g, "").replaceAll("[IU]", "IU").replace(/^u(?=[A-Zgmo])/, "µ");
}
