import { describe, expect, it } from "vitest";
import { hasSides, isPlaced, partOf } from "./orderSites";

describe("where an order is done", () => {
  it("has a part of the body for imaging and for treatments at one", () => {
    expect(isPlaced("RIS", "MR_BRAIN")).toBe(true);
    expect(isPlaced("TREATMENT", "SURGERY")).toBe(true);
    expect(isPlaced("TREATMENT", "CHEMOTHERAPY")).toBe(false);
    expect(isPlaced("LIS", "BLOOD")).toBe(false);
    expect(isPlaced("CONSULT", "NEUROLOGY")).toBe(false);
  });

  it("has a side where the part has sides", () => {
    expect(hasSides(partOf("MR_BRAIN"))).toBe(true);
    expect(hasSides(partOf("MR_SPINE"))).toBe(false);
    expect(hasSides("KNEE")).toBe(true);
    expect(hasSides(partOf("MR_OTHER"))).toBe(false);
  });
});
