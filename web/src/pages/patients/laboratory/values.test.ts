import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { pointsOf, rangeText } from "./values";

describe("values of the laboratory", () => {
  it("have a range with one limit or two", () => {
    expect([rangeText(3.4, 4.8), rangeText(null, 5), rangeText(60, null), rangeText(null, null)]).toEqual([
      "3.4 – 4.8",
      "≤ 5",
      "≥ 60",
      "",
    ]);
  });

  it("are drawn the oldest first, without what is no number", () => {
    const value = (at: string, number: number | null) => ({ at, value: number }) as Schema["LabValueOut"];
    const points = pointsOf([
      value("2026-01-03T00:00:00Z", 5),
      value("2026-01-02T00:00:00Z", null),
      value("2026-01-01T00:00:00Z", 0),
    ]);
    expect(points.map(({ y }) => y)).toEqual([0, 5]);
  });
});
