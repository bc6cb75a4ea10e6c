import { describe, expect, it } from "vitest";
import { inEnglish } from "@/testing/inEnglish";
import { namesIn, shown } from "./SchemaResult";

inEnglish();

describe("namesIn", () => {
  it("keeps the order of the schema, and hides neither what it does not name nor what is 0", () => {
    const schema = { properties: { name: {}, value: {}, flag: {} } };
    const rows = [{ other: 1, value: 0 }, { name: "Hb", flag: null }];
    expect(namesIn(schema, rows)).toEqual(["name", "value", "other"]);
    expect(namesIn(null, rows)).toEqual(["other", "value", "name"]);
  });
});

describe("shown", () => {
  it("names choices and dates", () => {
    const field = { enum: ["partial"], "x-values": { partial: { ko: "부분절제", en: "Partial" } } };
    expect(shown(field, "partial")).toBe("Partial");
    expect(shown({ format: "date" }, "2026-01-31")).toBe("Jan 31, 2026");
    expect(shown({ format: "date" }, "soon")).toBe("soon");
    expect(shown({}, 0)).toBe("0");
    expect(shown({}, null)).toBe("");
    expect(shown({}, { file: "a" })).toBe('{"file":"a"}');
  });
});
