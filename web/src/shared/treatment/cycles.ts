import { unitText } from "@/shared/units";
import type { Plan } from "./data";

type Dose = Plan["cycles"][number];

/** One drug in one dose, on these days of its cycle. */
export type DoseOnDays = Omit<Dose, "cycle" | "day"> & { days: number[] };

export interface Cycle {
  cycle: number;
  doses: DoseOnDays[];
}

/** The doses of a plan by their cycles, in order; the same dose on several days is one. */
export function cyclesOf(doses: Dose[]): Cycle[] {
  const cycles = new Map<number, DoseOnDays[]>();
  for (const { cycle, day, drug, dose, unit } of [...doses].sort((a, b) => a.cycle - b.cycle || a.day - b.day)) {
    const found = cycles.get(cycle) ?? [];
    const same = found.find((each) => each.drug === drug && each.dose === dose && each.unit === unit);
    if (same) same.days.push(day);
    else found.push({ drug, dose, unit, days: [day] });
    cycles.set(cycle, found);
  }
  return [...cycles].map(([cycle, inside]) => ({ cycle, doses: inside }));
}

/** `1–5, 8` of days in order. */
export function daysText(days: number[]): string {
  const runs: [number, number][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last && day <= last[1] + 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs.map(([from, until]) => (from === until ? String(from) : `${from}–${until}`)).join(", ");
}

/** All cycles in one text, as oncology abbreviates them: `C1 Temozolomide 150 mg/m² D1–5; C2 …`. */
export function cyclesText(doses: Dose[]): string {
  return cyclesOf(doses)
    .map(({ cycle, doses: inside }) => {
      const each = inside.map(({ drug, dose, unit, days }) => `${drug} ${dose} ${unitText(unit)} D${daysText(days)}`);
      return `C${cycle} ${each.join(", ")}`;
    })
    .join("; ");
}
