import { describe, expect, it } from "vitest";
import { doseOf, lesionOf, parseLines } from "./lines";

describe("lines of fields", () => {
  it("are lesions with two diameters", () => {
    expect(parseLines("Left temporal, 24, 15.5\n\nRight, 0, 0", lesionOf)).toEqual({
      rows: [
        { label: "Left temporal", longest_mm: 24, perpendicular_mm: 15.5 },
        { label: "Right", longest_mm: 0, perpendicular_mm: 0 },
      ],
      wrong: null,
    });
  });

  it("are doses of a cycle", () => {
    expect(parseLines("1, 5, Temozolomide, 150, mg/m2", doseOf).rows).toEqual([
      { cycle: 1, day: 5, drug: "Temozolomide", dose: 150, unit: "mg/m2" },
    ]);
  });

  it("name the first line that is none", () => {
    expect(parseLines("A, 1, 1\nB, 1", lesionOf)).toEqual({ rows: null, wrong: 2 });
    expect(parseLines("A, x, 1", lesionOf).wrong).toBe(1);
    expect(parseLines("1, 1, T, 150, spoons", doseOf).wrong).toBe(1);
  });
});
