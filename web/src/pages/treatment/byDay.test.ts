import { describe, expect, it } from "vitest";
import { byDay } from "./byDay";

describe("byDay", () => {
  it("puts visits under their days, in their order", () => {
    const visits = ["2026-01-05T09:00", "2026-01-05T23:59", "2026-01-07T08:00"].map((planned_at) => ({
      planned_at,
    }));
    expect(byDay(visits)).toEqual([
      ["2026-01-05", visits.slice(0, 2)],
      ["2026-01-07", visits.slice(2)],
    ]);
  });
});
