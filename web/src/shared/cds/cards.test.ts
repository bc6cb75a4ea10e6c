import { describe, expect, it } from "vitest";
import { detailLines, replaces, suggestedOrder, type CdsSuggestion } from "./cards";

const create = (code: string, category?: string): CdsSuggestion => ({
  label: "",
  uuid: "u",
  actions: [
    {
      type: "create",
      resource: { code: { coding: [{ code }] }, ...(category && { category: [{ coding: [{ code: category }] }] }) },
    },
  ],
});

describe("suggestions", () => {
  it("say which order they create", () => {
    expect(suggestedOrder(create("GENETIC", "108252007"))).toEqual({ job_role: "LIS", job_type: "GENETIC" });
    expect(suggestedOrder(create("MR_BRAIN", "363679005"))).toEqual({ job_role: "RIS", job_type: "MR_BRAIN" });
    expect(suggestedOrder({ label: "", uuid: "u", actions: [{ type: "delete" }] })).toBeNull();
  });

  it("say whether they take the place of the draft", () => {
    expect(replaces(create("MR_BRAIN"))).toBe(false);
    expect(replaces({ label: "", uuid: "u", actions: [{ type: "delete" }] })).toBe(true);
  });
});

it("reads a detail as lines of plain text", () => {
  expect(detailLines("- MR\\_BRAIN \\(1\\)\n- b - c\n")).toEqual(["MR_BRAIN (1)", "b - c"]);
});
