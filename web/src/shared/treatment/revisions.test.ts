import { describe, expect, it } from "vitest";
import { changesOf, type Revision } from "./revisions";

const revision = (values: Record<string, unknown>) => ({ values }) as unknown as Revision;

describe("changesOf", () => {
  it("tells what became of each value, and nothing of the first revision", () => {
    const first = revision({ ecog: 1, karnofsky: null, drugs: ["A"], recorded_by: 2, removed_at: null });
    const next = revision({ ecog: 0, karnofsky: 80, drugs: ["A"], recorded_by: 3, removed_at: "now" });
    expect(changesOf(undefined, first)).toEqual([]);
    expect(changesOf(first, next)).toEqual([
      { name: "ecog", from: "1", to: "0" },
      { name: "karnofsky", from: "", to: "80" },
    ]);
  });
});
