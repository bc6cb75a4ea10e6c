import { describe, expect, it } from "vitest";
import { cleaned, isFilled, type FieldSchema } from "./values";

const BLOOD: FieldSchema = {
  properties: {
    analytes: {
      type: "array",
      items: {
        properties: {
          code: { type: "string" },
          value: { type: ["number", "string"] },
          flag: { type: "string", readOnly: true },
        },
        required: ["code", "value"],
      },
    },
    comment: { type: "string" },
  },
  required: ["analytes"],
};

describe("cleaned", () => {
  it("sends numbers as numbers, and neither what is empty nor what the server fills in", () => {
    const rows = [{ code: " 718-7 ", value: "13.5", flag: "H" }, { code: "", value: "" }];
    expect(cleaned(BLOOD, { analytes: rows, comment: " " })).toEqual({
      analytes: [{ code: "718-7", value: 13.5 }],
    });
  });

  it("keeps a bound as text", () => {
    expect(cleaned(BLOOD, { analytes: [{ code: "1", value: "<0.5" }] })).toEqual({
      analytes: [{ code: "1", value: "<0.5" }],
    });
  });
});

describe("isFilled", () => {
  it("wants what is required, in each row", () => {
    expect(isFilled(BLOOD, {})).toBe(false);
    expect(isFilled(BLOOD, { comment: "x" })).toBe(false);
    expect(isFilled(BLOOD, { analytes: [{ code: "1" }] })).toBe(false);
    expect(isFilled(BLOOD, { analytes: [{ code: "1", value: "2" }] })).toBe(true);
  });
});
