/** A value of a blood test as its result holds it (ocs/schemas); `value` is text such as `<0.5` or a number. */
export interface LabValue {
  code: string;
  name: string;
  value: number | string;
  unit: string;
  low?: number;
  high?: number;
  flag?: string;
}

/** The values of a result, and what else it says. */
export function valuesOf({ analytes, ...rest }: Record<string, unknown>) {
  return { values: Array.isArray(analytes) ? (analytes as LabValue[]) : [], rest };
}

/** How a value lies to its normal range, in words that need no training. */
export type Verdict = "muchLower" | "lower" | "normal" | "higher" | "muchHigher" | "unknown";

const CRITICAL: Partial<Record<string, Verdict>> = { LL: "muchLower", HH: "muchHigher" };

/** Unknown where the laboratory has no range, or the value is no number. */
export function verdictOf({ value, low, high, flag }: Pick<LabValue, "value" | "low" | "high" | "flag">): Verdict {
  const critical = CRITICAL[flag ?? ""];
  if (critical) return critical;
  if (typeof value === "string" || (low == null && high == null)) return "unknown";
  if (low != null && value < low) return "lower";
  return high != null && value > high ? "higher" : "normal";
}

export interface Look {
  name: string;
  role: string;
  part: string;
  changed: boolean;
  emergency: boolean;
  at: string;
}

export interface Looks extends Look {
  count: number;
}

/** Looks of one person at one part on one day are one entry, the newest first as they came. */
export function gathered<T extends Look>(looks: T[], dayOf: (at: string) => string): (T & Looks)[] {
  const found = new Map<string, T & Looks>();
  for (const look of looks) {
    const { name, role, part, changed, emergency, at } = look;
    const key = JSON.stringify([name, role, part, changed, emergency, dayOf(at)]);
    const known = found.get(key);
    if (known) known.count += 1;
    else found.set(key, { ...look, count: 1 });
  }
  return [...found.values()];
}
