import { describe, expect, it } from "vitest";
import { gathered, verdictOf } from "./plain";

describe("a laboratory value in plain words", () => {
  const value = (value: number | string, low?: number, high?: number, flag?: string) =>
    verdictOf({ value, ...(low !== undefined && { low }), ...(high !== undefined && { high }), ...(flag && { flag }) });

  it("is compared with its range", () => {
    expect(value(5, 3.5, 5.1)).toBe("normal");
    expect(value(3.5, 3.5, 5.1)).toBe("normal");
    expect(value(5.2, 3.5, 5.1, "H")).toBe("higher");
    expect(value(3.4, 3.5, 5.1, "L")).toBe("lower");
    expect(value(6.9, 3.5, 5.1, "HH")).toBe("muchHigher");
    expect(value(2.1, 3.5, 5.1, "LL")).toBe("muchLower");
    expect(value(9, undefined, 5)).toBe("higher");
  });

  it("is not judged without a range or a number", () => {
    expect(value(5)).toBe("unknown");
    expect(value("<0.5", 1, 2)).toBe("unknown");
  });
});

it("looks of one person at one part on one day are one entry", () => {
  const look = { name: "이서연", role: "doctor", part: "images", changed: false, emergency: false };
  const looks = [
    { ...look, at: "2026-01-05T10:00:00Z" },
    { ...look, at: "2026-01-05T09:00:00Z" },
    { ...look, at: "2026-01-05T08:00:00Z", emergency: true },
    { ...look, at: "2026-01-04T09:00:00Z" },
  ];
  const found = gathered(looks, (at) => at.slice(0, 10));
  expect(found.map(({ at, count }) => [at, count])).toEqual([
    ["2026-01-05T10:00:00Z", 2],
    ["2026-01-05T08:00:00Z", 1],
    ["2026-01-04T09:00:00Z", 1],
  ]);
});
