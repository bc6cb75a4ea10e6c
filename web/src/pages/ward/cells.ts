import type { Schema } from "@/api/client";

/** What is entered at the bedside, in the order of the columns. */
export const COLUMNS = [
  "systolic_mmhg",
  "diastolic_mmhg",
  "heart_rate",
  "respiratory_rate",
  "temperature_c",
  "spo2_percent",
  "supplemental_oxygen",
  "consciousness",
  "pain",
  "weight_kg",
] as const;

export type Column = (typeof COLUMNS)[number];
export type Texts = Partial<Record<Column, string>>;
export type Values = Omit<Schema["VitalsEntryInRequest"], "patient" | "measured_at" | "client_id">;
type Measure = Exclude<Column, "supplemental_oxygen" | "consciousness">;
type Limits = Schema["VitalLimitsOut"];

/** Lowest, highest and decimals of each, as the server refuses anything else. */
export const POSSIBLE: Record<Measure, readonly [number, number, number]> = {
  systolic_mmhg: [20, 350, 0],
  diastolic_mmhg: [10, 250, 0],
  heart_rate: [10, 350, 0],
  respiratory_rate: [1, 120, 0],
  temperature_c: [20, 46, 1],
  spo2_percent: [20, 100, 0],
  pain: [0, 10, 0],
  weight_kg: [0.2, 650, 2],
};

/** ACVPU by its letters. */
const LEVELS: Record<string, Schema["Consciousness"]> = {
  A: "alert",
  C: "confusion",
  V: "voice",
  P: "pain",
  U: "unresponsive",
};
const OXYGEN: Record<string, boolean> = { A: false, O: true };

export type Problem = "format" | "range" | "level" | "oxygen" | "pressures";

function isMeasure(column: Column): column is Measure {
  return column in POSSIBLE;
}

/** The value of a cell, or what is wrong with it; an empty cell is neither. */
export function read(column: Column, text: string): { value?: number | boolean | string; problem?: Problem } {
  const typed = text.trim().replace(",", ".");
  if (!typed) return {};
  if (column === "consciousness") {
    const level = LEVELS[typed.toUpperCase()];
    return level ? { value: level } : { problem: "level" };
  }
  if (column === "supplemental_oxygen") {
    const given = OXYGEN[typed.toUpperCase()];
    return given === undefined ? { problem: "oxygen" } : { value: given };
  }
  const [lowest, highest, decimals] = POSSIBLE[column];
  const form = decimals === 0 ? /^\d+$/ : new RegExp(`^\\d+(\\.\\d{1,${decimals}})?$`);
  if (!form.test(typed)) return { problem: "format" };
  const value = Number(typed);
  return value < lowest || value > highest ? { problem: "range" } : { value };
}

/** What is wrong in a row, by its cells. */
export function problemsOf(texts: Texts): Partial<Record<Column, Problem>> {
  const found: Partial<Record<Column, Problem>> = {};
  for (const column of COLUMNS) {
    const { problem } = read(column, texts[column] ?? "");
    if (problem) found[column] = problem;
  }
  const [above, below] = [numberOf("systolic_mmhg", texts), numberOf("diastolic_mmhg", texts)];
  if (above !== null && below !== null && below >= above) found.diastolic_mmhg ??= "pressures";
  return found;
}

function numberOf(column: Column, texts: Texts): number | null {
  const { value } = read(column, texts[column] ?? "");
  return typeof value === "number" ? value : null;
}

export function valuesOf(texts: Texts): Values {
  const values = COLUMNS.map((column) => [column, read(column, texts[column] ?? "").value] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

export function isEmpty(texts: Texts): boolean {
  return COLUMNS.every((column) => !(texts[column] ?? "").trim());
}

/*
 * A question about a slip of the hand, no judgement of the patient: far outside the reference range
 * of the age. A sick patient's usual values are not asked about.
 */
const FAR_BELOW = 0.65;
const FAR_ABOVE = 1.5;
const TEMPERATURE = [34.5, 40.5] as const;
const LOWEST_SPO2 = 85;
const WEIGHT_CHANGE = 0.15;

/** The cells whose values are rare enough to ask once whether they are right. */
export function unusualOf(texts: Texts, limits: Limits[], latest: Schema["LatestValueOut"][]): Column[] {
  const ranges = new Map(limits.map((each) => [each.measure, each]));
  const weighed = latest.find(({ measure }) => measure === "weight_kg")?.value;
  return COLUMNS.filter((column) => {
    const value = numberOf(column, texts);
    if (value === null || !isMeasure(column)) return false;
    if (column === "temperature_c") return value < TEMPERATURE[0] || value > TEMPERATURE[1];
    if (column === "spo2_percent") return value < LOWEST_SPO2;
    if (column === "weight_kg") {
      return weighed !== undefined && Math.abs(value - weighed) > weighed * WEIGHT_CHANGE;
    }
    const { low, high } = ranges.get(column) ?? {};
    return (low != null && value < low * FAR_BELOW) || (high != null && value > high * FAR_ABOVE);
  });
}

export interface Place {
  row: number;
  column: number;
}

interface Caret {
  atStart: boolean;
  atEnd: boolean;
}

/** Where a key leads from a cell of a grid of `rows`; null: it does what it does in any field. */
export function led(key: string, shift: boolean, at: Place, rows: number, caret: Caret): Place | null {
  const { row, column } = at;
  const to = (place: Place) =>
    place.row >= 0 && place.row < rows && place.column >= 0 && place.column < COLUMNS.length
      ? place
      : null;
  switch (key) {
    case "Enter":
      return to({ row: row + (shift ? -1 : 1), column: 0 });
    case "ArrowUp":
      return to({ row: row - 1, column });
    case "ArrowDown":
      return to({ row: row + 1, column });
    case "ArrowLeft":
      return caret.atStart ? to({ row, column: column - 1 }) : null;
    case "ArrowRight":
      return caret.atEnd ? to({ row, column: column + 1 }) : null;
    default:
      return null;
  }
}
