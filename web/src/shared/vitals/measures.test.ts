import { expect, it } from "vitest";
import { MEASURES, withUnit } from "./measures";

it("every measure is written with its unit, a score without", () => {
  const written = MEASURES.map(({ name }) => withUnit(1, name));
  expect(written).toEqual(["1 mmHg", "1 mmHg", "1 /min", "1 /min", "1 °C", "1 %", "1 kg", "1 cm", "1"]);
  expect(withUnit("120/80", "systolic_mmhg")).toBe("120/80 mmHg");
});
