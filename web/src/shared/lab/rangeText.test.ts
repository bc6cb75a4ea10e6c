import { expect, it } from "vitest";
import { rangeText } from "./rangeText";

it("says a range with one limit, two or none", () => {
  const ranges = [{ low: 3.4, high: 4.8 }, { low: null, high: 200 }, { low: 0, high: null }, {}];
  expect(ranges.map(rangeText)).toEqual(["3.4–4.8", "≤ 200", "≥ 0", "–"]);
});
