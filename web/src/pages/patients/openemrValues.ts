import type { TFunction } from "i18next";
import { calendarDate, dateTime } from "@/shared/when";

export type Value = string | number | boolean | null;
export type Values = Record<string, Value>;

const INSTANT = /^\d{4}-\d{2}-\d{2}T/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Fields whose values are words of ours. */
const WORDS = new Set(["gender", "kind", "severity", "status"]);

/** A value of one side as a person reads it; empty for what is not known. */
export function shownValue(t: TFunction, field: string, value: Value | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "number") return String(value);
  if (WORDS.has(field)) return t(`openemr.words.${value}` as "openemr.title", { defaultValue: value });
  if (INSTANT.test(value)) return dateTime(value);
  return DAY.test(value) ? calendarDate(value) : value;
}

/** The name of a field; its own where no text is known. */
export function fieldName(t: TFunction, field: string): string {
  return t(`openemr.fields.${field}` as "openemr.title", { defaultValue: field });
}

/** Name, ours, theirs of every field that either side has. */
export function comparedRows(t: TFunction, ours: Values, theirs: Values) {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return names.map((name) => [fieldName(t, name), shownValue(t, name, ours[name]), shownValue(t, name, theirs[name])] as const);
}
