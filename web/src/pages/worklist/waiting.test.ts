import { describe, expect, it } from "vitest";
import type { TFunction } from "i18next";
import { duration, pressure } from "./waiting";

const row = (waiting_minutes: number, overdue = false) => ({
  waiting_minutes,
  target_minutes: 60,
  overdue,
});

describe("waiting", () => {
  it("is near its target from three quarters on, and over it when the server says so", () => {
    expect([row(44), row(45), row(61, true)].map(pressure)).toEqual(["calm", "near", "over"]);
  });

  it("is said in minutes, hours or days", () => {
    const said = (key: string, values: object) => `${key} ${JSON.stringify(values)}`;
    const t = said as unknown as TFunction;
    expect(duration(59, t)).toBe('worklist.minutes {"minutes":59}');
    expect(duration(61, t)).toBe('worklist.hours {"hours":1,"minutes":1}');
    expect(duration(1500, t)).toBe('worklist.days {"days":1,"hours":1}');
  });
});
