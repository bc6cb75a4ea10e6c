import { describe, expect, it } from "vitest";
import { defaultEnd, isPossibleEnd } from "./ends";

const NOW = new Date("2026-11-28T05:05:00Z");

describe("the end of a share", () => {
  it("is two weeks ahead unless chosen", () => {
    expect(new Date(defaultEnd(NOW)).getTime() - NOW.getTime()).toBe(14 * 86_400_000);
  });

  it("lies ahead, at most a year", () => {
    expect(isPossibleEnd(defaultEnd(NOW), NOW)).toBe(true);
    expect(isPossibleEnd("2026-11-27T00:00", NOW)).toBe(false);
    expect(isPossibleEnd("2027-11-20T00:00", NOW)).toBe(true);
    expect(isPossibleEnd("2027-12-01T00:00", NOW)).toBe(false);
    expect(isPossibleEnd("", NOW)).toBe(false);
  });
});
