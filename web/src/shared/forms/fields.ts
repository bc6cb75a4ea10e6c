export interface Suggestion {
  name: string;
  also: string;
}

/** A field of a form, as a page declares it. */
export interface Field {
  name: string;
  label: string;
  /** `known`: yes, no, or not said; `options` name the first two by "true" and "false". */
  type: "text" | "suggest" | "lines" | "number" | "date" | "datetime" | "select" | "yes" | "known";
  required?: boolean;
  hint?: string;
  maxLength?: number;
  decimals?: number;
  options?: { value: string; label: string }[];
  /** Of the type `suggest`: any text may be written; a suggestion is found by both of its names. */
  suggestions?: Suggestion[];
  /** Shown in half the width, beside another one. */
  half?: boolean;
  /** Whether the field applies to what stands in the others. */
  shown?: (values: Values) => boolean;
}

/** What stands in the fields; an empty field is "". */
export type Values = Record<string, string>;

/** What of it the API reads. */
export type Body = Record<string, Sent>;
type Sent = string | number | boolean | null;

const pad = (number: number) => String(number).padStart(2, "0");

/** A moment as an input of type datetime-local holds it, in the zone of the browser. */
export function localInput(at: Date): string {
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

function written(field: Field, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (field.type === "datetime" && typeof value === "string") return localInput(new Date(value));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

/** A row of the API as the fields show it. */
export function valuesOf(fields: Field[], row: object): Values {
  const known = row as Record<string, unknown>;
  return Object.fromEntries(fields.map((field) => [field.name, written(field, known[field.name])]));
}

function sent({ type }: Field, value: string): Sent {
  const text = value.trim();
  if (type === "yes") return text === "true";
  if (text === "") return type === "text" || type === "lines" || type === "select" ? "" : null;
  if (type === "known") return text === "true";
  if (type === "number") return Number(text);
  return type === "datetime" ? new Date(text).toISOString() : text;
}

/** What a new row says: fields without a value are left out. */
export function newBody(fields: Field[], values: Values): Body {
  const filled = fields.filter(({ name }) => values[name]?.trim());
  return Object.fromEntries(
    filled.map((field): [string, Sent] => [field.name, sent(field, values[field.name] ?? "")]),
  );
}

/** The fields whose value is not what it was. */
export function changedFields(fields: Field[], before: Values, after: Values): Field[] {
  return fields.filter(({ name }) => (before[name] ?? "").trim() !== (after[name] ?? "").trim());
}

/** What a row becomes by my change: what I did not touch stays as another person left it. */
export function withMine(fields: Field[], before: Values, mine: Values, now: Values): Values {
  const merged: Values = { ...now };
  for (const { name } of changedFields(fields, before, mine)) merged[name] = mine[name] ?? "";
  return merged;
}

/** What a change says: only what differs, so that it does not undo the change of another person. */
export function changedBody(fields: Field[], before: Values, after: Values): Body {
  const changed = changedFields(fields, before, after);
  return Object.fromEntries(
    changed.map((field): [string, Sent] => [field.name, sent(field, after[field.name] ?? "")]),
  );
}

/** The fields for a row that has no value of some of them (OpenEMR requires fewer): those stay optional. */
export function fieldsOfRow(fields: Field[], row: Values): Field[] {
  return fields.map((field) => (row[field.name]?.trim() ? field : { ...field, required: false }));
}

/** The suggestions that one of whose names holds what is written. */
export function suggested(suggestions: Suggestion[], text: string): Suggestion[] {
  const wanted = text.trim().toLowerCase();
  return suggestions.filter(({ name, also }) => `${name}\n${also}`.toLowerCase().includes(wanted));
}

/** Required fields without a value. */
export function missingFields(fields: Field[], values: Values): Field[] {
  return fields.filter(({ name, required }) => required && !values[name]?.trim());
}

/** A value as a person reads it: the label of a choice, else the text. */
export function readable({ options, type }: Field, value: string): string {
  const chosen = options?.find((option) => option.value === value)?.label ?? value;
  return type === "datetime" ? chosen.replace("T", " ") : chosen;
}
