import { describe, expect, it } from "vitest";
import { chartsOf, type Trend } from "./trends";

const trend = (measure: Trend["measure"], low: number | null, high: number | null): Trend => ({
  measure,
  unit: "mm[Hg]",
  low,
  high,
  points: [],
});

describe("the plots of vital signs", () => {
  const systolic = trend("systolic_mmhg", 111, 139);
  const diastolic = trend("diastolic_mmhg", null, 89);
  const pulse = trend("heart_rate", 51, 90);

  it("show both blood pressures together", () => {
    expect(chartsOf([systolic, diastolic, pulse])).toMatchObject([
      { key: "systolic_mmhg", trends: [systolic, diastolic], range: { low: null, high: 139 } },
      { key: "heart_rate", trends: [pulse], range: { low: 51, high: 90 } },
    ]);
  });

  it("show one alone where the other was never taken", () => {
    expect(chartsOf([diastolic])).toMatchObject([{ key: "diastolic_mmhg", range: { low: null, high: 89 } }]);
  });
});
