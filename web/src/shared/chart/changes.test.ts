import { describe, expect, it } from "vitest";
import type { Change } from "./api";
import { linesOf } from "./changes";

const change = (changes: Change["changes"]): Change => ({
  id: 1,
  version: 2,
  action: "update",
  at: "2026-01-05T09:30:00Z",
  actor: null,
  changes,
});

describe("the lines of a change", () => {
  it("say each field by its label, choices by theirs", () => {
    const fields = [
      { name: "status", label: "State", type: "select" as const, options: [{ value: "active", label: "Active" }] },
    ];
    const lines = linesOf(
      change([
        { field: "status", before: null, after: "active" },
        { field: "deleted_reason", before: "", after: "twice" },
      ]),
      fields,
      { deleted_reason: "Reason for deletion" },
    );
    expect(lines).toEqual([
      { label: "State", before: "", after: "Active" },
      { label: "Reason for deletion", before: "", after: "twice" },
    ]);
  });

  it("leave out what nobody wrote", () => {
    const silent = change([
      { field: "recorded_by_id", before: null, after: 5 },
      { field: "reaction", before: null, after: "" },
    ]);
    expect(linesOf(silent, [], {})).toEqual([]);
  });

  it("name a default when it is set, not when it came with the row", () => {
    const first = change([
      { field: "pregnant", before: null, after: false },
      { field: "spo2_scale", before: null, after: 1 },
      { field: "supplemental_oxygen", before: null, after: false },
      { field: "outside_author", before: null, after: "Dr. Outside" },
    ]);
    const oxygen = { label: "supplemental_oxygen", before: "", after: "false" };
    expect(linesOf({ ...first, action: "create" }, [], {})).toEqual([oxygen]);
    const ended = change([{ field: "pregnant", before: true, after: false }]);
    expect(linesOf(ended, [], { pregnant: "Pregnant" })).toEqual([
      { label: "Pregnant", before: "true", after: "false" },
    ]);
  });
});
