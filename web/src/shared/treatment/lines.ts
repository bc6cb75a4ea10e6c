/** What a person writes one a line, as fields between commas. Undefined: the line is no such thing. */
export type Parsed<T> = { rows: T[]; wrong: null } | { rows: null; wrong: number };

export function parseLines<T>(text: string, parse: (fields: string[]) => T | undefined): Parsed<T> {
  const rows: T[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const row = parse(line.split(",").map((field) => field.trim()));
    if (row === undefined) return { rows: null, wrong: index + 1 };
    rows.push(row);
  }
  return { rows, wrong: null };
}

function numeric(text: string | undefined): number {
  return text ? Number(text) : NaN;
}

export function lesionOf(fields: string[]) {
  const [label, longest, perpendicular] = fields;
  const [longest_mm, perpendicular_mm] = [numeric(longest), numeric(perpendicular)];
  if (fields.length !== 3 || !label || Number.isNaN(longest_mm + perpendicular_mm)) return undefined;
  return { label, longest_mm, perpendicular_mm };
}

const UNITS = ["mg", "mg/m2", "mg/kg", "g/m2", "AUC"] as const;

export function doseOf(fields: string[]) {
  const [first, second, drug, third, written] = fields;
  const [cycle, day, dose] = [numeric(first), numeric(second), numeric(third)];
  const unit = UNITS.find((each) => each === written);
  if (fields.length !== 5 || !drug || !unit || Number.isNaN(cycle + day + dose)) return undefined;
  return { cycle, day, drug, dose, unit };
}
