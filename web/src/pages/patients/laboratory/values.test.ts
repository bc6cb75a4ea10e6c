import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { pointsOf } from "./values";

describe("values of the laboratory", () => {
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
