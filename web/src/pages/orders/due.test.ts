import { describe, expect, it } from "vitest";
import { isDue } from "./due";

const NOW = Date.parse("2026-01-31T12:00");

describe("isDue", () => {
  it("takes nothing, or a time in the next two years", () => {
    expect(isDue("", NOW)).toBe(true);
    expect(isDue("2026-01-31T12:01", NOW)).toBe(true);
    expect(isDue("2026-01-31T11:59", NOW)).toBe(false);
    expect(isDue("2029-01-01T00:00", NOW)).toBe(false);
    expect(isDue("2026-99", NOW)).toBe(false);
  });
});
