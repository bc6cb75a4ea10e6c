import { describe, expect, it } from "vitest";
import i18n from "i18next";
import { setLanguage } from "@/i18n";
import { inEnglish } from "@/testing/inEnglish";
import { changesOf, wordsOf, type Revision } from "./revisions";

const revision = (kind: Revision["kind"], values: Record<string, unknown>) =>
  ({ kind, values }) as unknown as Revision;
const words = wordsOf(i18n.t.bind(i18n), (name) => (name === "Nausea" ? "오심" : name));

inEnglish();

describe("changesOf", () => {
  it("tells what became of each value, and nothing of the first revision", () => {
    const first = revision("performance", {
      ecog: 1,
      karnofsky: null,
      drugs: ["A"],
      recorded_by: 2,
      removed_at: null,
    });
    const next = revision("performance", {
      ecog: 0,
      karnofsky: 80,
      drugs: ["A"],
      recorded_by: 3,
      removed_at: "now",
    });
    expect(changesOf(undefined, first, words)).toEqual([]);
    expect(changesOf(first, next, words)).toEqual([
      { name: "ecog", from: "1", to: "0" },
      { name: "karnofsky", from: "", to: "80" },
    ]);
  });

  it("says codes, dates and lesions in the person's words", async () => {
    await setLanguage("ko", false);
    const before = revision("visit", { status: "PLANNED" });
    const after = revision("visit", { status: "DONE" });
    expect(changesOf(before, after, words)).toEqual([{ name: "status", from: "예정", to: "내원" }]);
    const said = (kind: Revision["kind"], name: string, value: unknown) => words(kind, name, value);
    expect(said("plan", "extent_of_resection", "gross_total")).toBe(i18n.t("treatment.extent.gross_total"));
    expect(said("adverse_event", "term", "Nausea")).toBe("오심");
    expect(said("plan", "started_on", "2026-01-05")).toBe("2026-01-05");
    expect(said("response", "baseline", true)).toBe(i18n.t("treatment.response.yes"));
    const lesions = [{ label: "A", longest_mm: 12, perpendicular_mm: "10.5" }];
    expect(said("response", "lesions", lesions)).toBe("A 12 × 10.5 mm");
    await setLanguage("en", false);
  });
});
