import { describe, expect, it } from "vitest";
import { ageAt, dicomTime } from "./format";

describe("ageAt", () => {
  it("counts whole years", () => {
    expect(ageAt("1974-03-02", new Date(2026, 2, 1))).toBe(51);
    expect(ageAt("1974-03-02", new Date(2026, 2, 2))).toBe(52);
    expect(ageAt("2026-01-05", new Date(2026, 5, 1))).toBe(0);
  });
});

describe("dicomTime", () => {
  it.each([
    ["090000", "09:00"],
    ["0930", "09:30"],
    ["14", "14:00"],
    ["142501.123456", "14:25"],
    ["", ""],
  ])("reads %s", (time, expected) => {
    expect(dicomTime(time)).toBe(expected);
  });
});
