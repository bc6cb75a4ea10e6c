import type { Schema } from "@/api/client";
import type { Measure } from "@/shared/vitals/measures";

export type Trend = Schema["VitalsTrendOut"];

export interface Chart {
  key: Measure;
  unit: string;
  trends: Trend[];
  range: { low: number | null; high: number | null };
}

/**
 * The plots of the trends: both blood pressures in one, whose band reaches from the lowest diastolic
 * to the highest systolic value of the range.
 */
export function chartsOf(trends: Trend[]): Chart[] {
  const diastolic = trends.find(({ measure }) => measure === "diastolic_mmhg");
  const systolic = trends.find(({ measure }) => measure === "systolic_mmhg");
  return trends.flatMap((trend): Chart[] => {
    const { measure: key, unit, low, high } = trend;
    if (trend === diastolic && systolic) return [];
    if (trend === systolic && diastolic) {
      const range = { low: diastolic.low, high: systolic.high };
      return [{ key, unit, trends: [systolic, diastolic], range }];
    }
    return [{ key, unit, trends: [trend], range: { low, high } }];
  });
}
