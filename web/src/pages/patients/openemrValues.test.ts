import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import { comparedRows, shownValue } from "./openemrValues";

const t = ((key: string, options?: { defaultValue?: string }) =>
  key.startsWith("openemr.words.odd") ? options?.defaultValue : key) as unknown as TFunction;

describe("values of OpenEMR", () => {
  it.each([
    ["reason", null, ""],
    ["heart_rate", 0, "0"],
    ["removed", true, "common.yes"],
    ["status", "active", "openemr.words.active"],
    ["kind", "odd", "odd"],
    ["drug", "Aspirin", "Aspirin"],
  ])("shows %s %s as %s", (field, value, shown) => {
    expect(shownValue(t, field, value)).toBe(shown);
  });

  it("shows days and moments in the form of the page, never as they are stored", () => {
    expect(shownValue(t, "onset_date", "2026-01-05")).not.toContain("T");
    expect(shownValue(t, "started_at", "2026-01-05T09:30:00+09:00")).not.toContain("T09");
  });

  it("has a row for each field of either side", () => {
    expect(comparedRows(t, { drug: "A" }, { drug: "B", days: 3 })).toEqual([
      ["openemr.fields.drug", "A", "B"],
      ["openemr.fields.days", "", "3"],
    ]);
  });
});
