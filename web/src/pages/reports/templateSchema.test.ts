import { describe, expect, it } from "vitest";
import type { Template } from "./data";
import { fieldText } from "./fieldText";
import { schemaOf, strayFields } from "./templateSchema";

const label = (en: string) => ({ en, ko: `${en} ko` });
const template = {
  sections: [{ key: "findings", label: label("Findings"), required: true, text: label("") }],
  fields: [
    {
      key: "size",
      label: label("Size"),
      section: "findings",
      type: "number",
      required: true,
      unit: "mm",
      minimum: 0,
      maximum: null,
    },
    {
      key: "sides",
      label: label("Sides"),
      section: "findings",
      type: "choice",
      multiple: true,
      required: false,
      choices: [{ value: "l", label: label("Left") }],
    },
    { key: "seen", label: label("Seen"), section: "elsewhere", type: "boolean", required: false },
  ],
} as unknown as Template;

describe("the form of a template", () => {
  it("has the fields of a section, with their units, limits and choices", () => {
    expect(schemaOf(template, "findings")).toEqual({
      required: ["size"],
      properties: {
        size: { title: "Size (mm)", "x-ko": "Size ko (mm)", type: "number", minimum: 0 },
        sides: {
          title: "Sides",
          "x-ko": "Sides ko",
          type: "array",
          items: { enum: ["l"], "x-values": { l: label("Left") } },
        },
      },
    });
  });

  it("loses no field of a section that the template does not list", () => {
    expect(Object.keys(strayFields(template).properties ?? {})).toEqual(["seen"]);
  });
});

describe("a field's value", () => {
  it("is read by the names of its choices, with its unit", () => {
    const [size, sides] = template.fields;
    expect(size && fieldText(size, 12)).toBe("12 mm");
    expect(sides && fieldText(sides, ["l", "x"])).toMatch(/^Left( ko)?, x$/);
    expect(size && fieldText(size, undefined)).toBe("");
  });
});
