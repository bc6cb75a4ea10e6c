import { currentLanguage } from "@/i18n";

/**
 * The part of JSON Schema that results use (ocs/schemas). `x-ko` is the Korean title, `x-values` names
 * the choices.
 */
export interface FieldSchema {
  type?: string | string[];
  title?: string;
  "x-ko"?: string;
  enum?: string[];
  "x-values"?: Record<string, { ko: string; en: string }>;
  format?: string;
  readOnly?: boolean;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  items?: FieldSchema;
}

export type Values = Record<string, unknown>;

export function labelOf(field: FieldSchema): string {
  return (currentLanguage() === "ko" ? field["x-ko"] : field.title) ?? "";
}

/** A choice by its name. */
export function choiceName(field: FieldSchema, choice: string): string {
  return field["x-values"]?.[choice]?.[currentLanguage()] ?? choice;
}

const NUMBER = /^\d+(\.\d+)?$/;

/** What a person may fill in: the server fills in the rest. */
export function fieldsOf(schema: FieldSchema): [string, FieldSchema][] {
  return Object.entries(schema.properties ?? {}).filter(([, field]) => !field.readOnly);
}

/** The values to send: without what is empty, numbers as numbers. */
export function cleaned(schema: FieldSchema, values: Values): Values {
  const kept = fieldsOf(schema).flatMap(([name, field]): [string, unknown][] => {
    const value = cleanedField(field, values[name]);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(kept);
}

function cleanedField(field: FieldSchema, value: unknown): unknown {
  const { items } = field;
  if (items && Array.isArray(value)) {
    const rows = value
      .map((row) => cleaned(items, row as Values))
      .filter((row) => Object.keys(row).length > 0);
    return rows.length > 0 ? rows : undefined;
  }
  if (typeof value === "string") {
    const text = value.trim();
    if (text === "") return undefined;
    return Array.isArray(field.type) && NUMBER.test(text) ? Number(text) : text;
  }
  return value ?? undefined;
}

/** Whether all that is required is filled in, in each row that is begun too. */
export function isFilled(schema: FieldSchema, values: Values): boolean {
  const sent = cleaned(schema, values);
  if (Object.keys(sent).length === 0) return false;
  if ((schema.required ?? []).some((name) => sent[name] === undefined)) return false;
  return fieldsOf(schema).every(([name, { items }]) => {
    const rows = sent[name];
    return !items || !Array.isArray(rows) || rows.every((row) => isFilled(items, row as Values));
  });
}
