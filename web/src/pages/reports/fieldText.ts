import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";

/** A field's value as its reader reads it; empty without one. */
export function fieldText(
  { choices = [], unit }: Pick<Schema["TemplateFieldOut"], "choices" | "unit">,
  value: unknown,
): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map((one) => fieldText({ choices }, one)).join(", ");
  if (typeof value === "boolean") {
    const words = { ko: ["아니요", "예"], en: ["No", "Yes"] }[currentLanguage()];
    return words[Number(value)] ?? "";
  }
  if (typeof value !== "string" && typeof value !== "number") return JSON.stringify(value);
  const choice = choices.find((one) => one.value === value);
  const text = choice ? choice.label[currentLanguage()] : String(value);
  return unit ? `${text} ${unit}` : text;
}
