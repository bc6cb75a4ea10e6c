import type { Schema } from "@/api/client";
import type { FieldSchema } from "@/shared/schemaForm/values";
import type { Template } from "./data";

type TemplateField = Schema["TemplateFieldOut"];

/** A template's fields of a section as the JSON Schema that the shared form shows. */
export function schemaOf(template: Template, section: string): FieldSchema {
  const fields = template.fields.filter((field) => field.section === section);
  return {
    properties: Object.fromEntries(fields.map((field) => [field.key, fieldSchema(field)])),
    required: fields.filter(({ required }) => required).map(({ key }) => key),
  };
}

/** Sections of fields that the template does not list itself come first. */
export function strayFields(template: Template): FieldSchema {
  const listed = new Set(template.sections.map(({ key }) => key));
  const fields = template.fields.filter(({ section }) => !listed.has(section));
  return {
    properties: Object.fromEntries(fields.map((field) => [field.key, fieldSchema(field)])),
    required: fields.filter(({ required }) => required).map(({ key }) => key),
  };
}

function fieldSchema(field: TemplateField): FieldSchema {
  const named = {
    title: withUnit(field.label.en, field.unit),
    "x-ko": withUnit(field.label.ko, field.unit),
  };
  if (field.type === "choice") {
    const choices = {
      enum: (field.choices ?? []).map(({ value }) => value),
      "x-values": Object.fromEntries((field.choices ?? []).map(({ value, label }) => [value, label])),
    };
    return field.multiple ? { ...named, type: "array", items: choices } : { ...named, ...choices };
  }
  if (field.type === "number") {
    return {
      ...named,
      type: "number",
      ...(field.minimum != null && { minimum: field.minimum }),
      ...(field.maximum != null && { maximum: field.maximum }),
    };
  }
  if (field.type === "boolean") return { ...named, type: "boolean" };
  return { ...named, type: "string", ...(field.type === "date" && { format: "date" }) };
}

const withUnit = (label: string, unit?: string) => (unit ? `${label} (${unit})` : label);
