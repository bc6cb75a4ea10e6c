import { describe, expect, it } from "vitest";
import type { Field } from "@/shared/forms/fields";
import { entered } from "./RecordForm";

const FIELDS = ["on", "note", "grade"].map((name): Field => ({ name, label: name, type: "text" }));

describe("entered", () => {
  it("sends what is filled in", () => {
    expect(entered(FIELDS, { on: " 2026-01-31 ", note: " ", hidden: "x" }, null)).toEqual({
      on: "2026-01-31",
    });
  });

  it("sends of a change what differs, emptied fields too", () => {
    const begun = { on: "2026-01-31", note: "as before" };
    const values = { on: "2026-01-31", note: "", grade: "2" };
    expect(entered(FIELDS, values, begun)).toEqual({ note: "", grade: "2" });
  });
});
