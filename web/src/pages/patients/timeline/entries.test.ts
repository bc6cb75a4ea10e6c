import { describe, expect, it } from "vitest";
import { kindOf, linkOf, measuresOf, type Entry } from "./entries";

const entry = (type: string, ref: string): Entry => ({
  type,
  ref,
  at: "2026-01-05T09:30:00Z",
  id: 1,
  title: "",
  detail: "",
  whole_day: false,
});

describe("entries of the timeline", () => {
  it("lead to their page, or to the tab that holds them", () => {
    expect(linkOf("study", entry("study", "1.2.3"))).toBe("/studies/1.2.3");
    expect(linkOf("result", entry("result", "7"))).toBe("/orders?order=7");
    expect(linkOf("ai", entry("ai", "9"))).toBe("/ai/jobs/9");
    expect(linkOf("visit", entry("visit", "1"))).toBe("?tab=treatment");
  });

  it("of a kind that this page does not know are none", () => {
    expect(kindOf(entry("dream", "1"))).toBeUndefined();
  });

  it("name vital signs one by one", () => {
    expect(measuresOf("systolic_mmhg 152, temperature_c 36.7, unknown 3")).toEqual([
      { measure: "systolic_mmhg", value: "152" },
      { measure: "temperature_c", value: "36.7" },
    ]);
  });
});
