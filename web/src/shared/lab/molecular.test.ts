import { describe, expect, it } from "vitest";
import { known, molecularOf } from "./molecular";

describe("results of genetics and proteins", () => {
  it("are read as far as they are there", () => {
    const result = { gene_mutations: [{ gene: "IDH1", hgvs: "NM_005896.4:c.395G>A" }], comment: "x" };
    expect(molecularOf(result)).toEqual({
      mutations: [{ gene: "IDH1", hgvs: "NM_005896.4:c.395G>A" }],
      copies: [],
      markers: [],
      rna: null,
    });
    expect(molecularOf({}).markers).toEqual([]);
    expect(molecularOf({ protein_markers: "broken" }).markers).toEqual([]);
  });

  it("have words for the codes of the schema", () => {
    expect(known("interpretation", "pathogenic")).toBe("pathogenic");
    expect(known("change", "new code")).toBeUndefined();
  });
});
