import { describe, expect, it } from "vitest";
import { daysLeft } from "./daysLeft";

describe("the days that are left", () => {
  const now = new Date("2026-01-05T09:30:00Z");

  it("count the begun one", () => {
    expect(daysLeft("2026-01-05T10:00:00Z", now)).toBe(1);
    expect(daysLeft("2026-01-06T09:30:00Z", now)).toBe(1);
    expect(daysLeft("2026-01-08T09:30:01Z", now)).toBe(4);
  });

  it("are none once it is over", () => {
    expect(daysLeft("2026-01-05T09:30:00Z", now)).toBe(0);
    expect(daysLeft("2025-01-05T09:30:00Z", now)).toBe(0);
  });
});
