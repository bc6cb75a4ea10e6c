import { describe, expect, it } from "vitest";
import { viewerAddress } from "./viewerAddress";

describe("viewerAddress", () => {
  it("names the AI job to begin with, and nothing that is no number", () => {
    const study = "/ohif/viewer?StudyInstanceUIDs=1.2.3";
    expect(viewerAddress("1.2.3", "7")).toBe(`${study}&job=7`);
    expect(viewerAddress("1.2.3", null)).toBe(study);
    expect(viewerAddress("1.2.3", "7&token=x")).toBe(study);
  });
});
