import { describe, expect, it } from "vitest";
import { COLUMNS, led, problemsOf, read, unusualOf, valuesOf } from "./cells";

describe("a cell", () => {
  it("holds a number within what is possible", () => {
    expect(read("heart_rate", " 72 ")).toEqual({ value: 72 });
    expect(read("heart_rate", "7.5")).toEqual({ problem: "format" });
    expect(read("heart_rate", "9")).toEqual({ problem: "range" });
    expect(read("heart_rate", "351")).toEqual({ problem: "range" });
    expect(read("temperature_c", "36,7")).toEqual({ value: 36.7 });
    expect(read("temperature_c", "36.75")).toEqual({ problem: "format" });
    expect(read("temperature_c", "")).toEqual({});
    expect(read("pain", "0")).toEqual({ value: 0 });
  });

  it("holds a level of consciousness and air or oxygen by their letters", () => {
    expect(read("consciousness", "c")).toEqual({ value: "confusion" });
    expect(read("consciousness", "X")).toEqual({ problem: "level" });
    expect(read("supplemental_oxygen", "a")).toEqual({ value: false });
    expect(read("supplemental_oxygen", "O")).toEqual({ value: true });
    expect(read("supplemental_oxygen", "2")).toEqual({ problem: "oxygen" });
  });
});

describe("a row", () => {
  it("has its pressures the right way round", () => {
    expect(problemsOf({ systolic_mmhg: "120", diastolic_mmhg: "80" })).toEqual({});
    expect(problemsOf({ systolic_mmhg: "80", diastolic_mmhg: "120" })).toEqual({
      diastolic_mmhg: "pressures",
    });
  });

  it("says only what was typed", () => {
    const texts = { heart_rate: "72", supplemental_oxygen: "A", pain: "", consciousness: "V" };
    expect(valuesOf(texts)).toEqual({
      heart_rate: 72,
      supplemental_oxygen: false,
      consciousness: "voice",
    });
  });

  it("is asked about far outside the range of the age, not for being ill", () => {
    const limits = [{ measure: "heart_rate" as const, low: 51, high: 90 }];
    const at = "2026-01-05T09:30:00Z";
    const weight = [{ measure: "weight_kg" as const, value: 60, at, flag: null }];
    const unusual = (texts: object) => unusualOf(texts, limits, weight);
    expect(unusual({ heart_rate: "118", temperature_c: "38.9", spo2_percent: "90" })).toEqual([]);
    expect(unusual({ heart_rate: "190" })).toEqual(["heart_rate"]);
    expect(unusual({ heart_rate: "30", temperature_c: "41", spo2_percent: "70" })).toEqual([
      "heart_rate",
      "temperature_c",
      "spo2_percent",
    ]);
    expect(unusual({ weight_kg: "66" })).toEqual([]);
    expect(unusual({ weight_kg: "78" })).toEqual(["weight_kg"]);
    expect(unusualOf({ heart_rate: "190" }, [], [])).toEqual([]);
  });
});

describe("a key", () => {
  const whole = { atStart: true, atEnd: true };
  const inside = { atStart: false, atEnd: false };
  const at = { row: 1, column: 2 };

  it("leads from cell to cell", () => {
    expect(led("Enter", false, at, 3, inside)).toEqual({ row: 2, column: 0 });
    expect(led("Enter", true, at, 3, inside)).toEqual({ row: 0, column: 0 });
    expect(led("ArrowDown", false, at, 3, inside)).toEqual({ row: 2, column: 2 });
    expect(led("ArrowUp", false, at, 3, inside)).toEqual({ row: 0, column: 2 });
    expect(led("ArrowRight", false, at, 3, whole)).toEqual({ row: 1, column: 3 });
    expect(led("ArrowLeft", false, at, 3, whole)).toEqual({ row: 1, column: 1 });
  });

  it("stays within the text of a cell, and within the grid", () => {
    expect(led("ArrowRight", false, at, 3, inside)).toBeNull();
    expect(led("Tab", false, at, 3, whole)).toBeNull();
    expect(led("Enter", false, { row: 2, column: 0 }, 3, whole)).toBeNull();
    expect(led("ArrowRight", false, { row: 0, column: COLUMNS.length - 1 }, 3, whole)).toBeNull();
  });
});
