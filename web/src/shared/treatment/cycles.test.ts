import { describe, expect, it } from "vitest";
import { cyclesOf, cyclesText, daysText } from "./cycles";

const dose = (cycle: number, day: number, drug: string, amount = 150) => ({
  cycle,
  day,
  drug,
  dose: amount,
  unit: "mg/m2" as const,
});

describe("the doses of chemotherapy", () => {
  it("stand in one row for each cycle, the same dose of several days once", () => {
    const planned = [
      dose(2, 1, "Temozolomide", 200),
      ...[1, 2, 3, 4, 5].map((day) => dose(1, day, "Temozolomide")),
      dose(1, 1, "Bevacizumab", 10),
    ];
    expect(cyclesOf(planned)).toEqual([
      {
        cycle: 1,
        doses: [
          { drug: "Temozolomide", dose: 150, unit: "mg/m2", days: [1, 2, 3, 4, 5] },
          { drug: "Bevacizumab", dose: 10, unit: "mg/m2", days: [1] },
        ],
      },
      { cycle: 2, doses: [{ drug: "Temozolomide", dose: 200, unit: "mg/m2", days: [1] }] },
    ]);
    expect(cyclesOf([])).toEqual([]);
  });

  it("are abbreviated for a history", () => {
    const planned = [...[1, 2, 3].map((day) => dose(1, day, "Temozolomide")), dose(2, 1, "Temozolomide", 200)];
    expect(cyclesText(planned)).toBe("C1 Temozolomide 150 mg/m² D1–3; C2 Temozolomide 200 mg/m² D1");
  });

  it("name their days in runs", () => {
    expect(daysText([1, 2, 3, 5, 8, 9])).toBe("1–3, 5, 8–9");
    expect(daysText([1, 1])).toBe("1");
    expect(daysText([])).toBe("");
  });
});
