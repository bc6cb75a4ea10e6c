import { describe, expect, it } from "vitest";
import { unitText } from "./units";

describe("units", () => {
  it("are printed as a person reads them", () => {
    expect(["mm[Hg]", "Cel", "%", "10*3/uL", "umol/L", "m[IU]/L", "{score}", "/min"].map(unitText)).toEqual([
      "mmHg",
      "°C",
      "%",
      "×10³/µL",
      "µmol/L",
      "mIU/L",
      "",
      "/min",
    ]);
  });
});
