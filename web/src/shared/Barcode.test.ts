import { describe, expect, it } from "vitest";
import { barsOf } from "./Barcode";

describe("barsOf", () => {
  it("joins neighbouring modules into one bar", () => {
    expect(barsOf("1101000110")).toEqual([
      [0, 2],
      [3, 1],
      [7, 2],
    ]);
    expect(barsOf("")).toEqual([]);
  });
});
