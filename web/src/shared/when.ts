import { currentLanguage } from "@/i18n";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(value: string, options: Intl.DateTimeFormatOptions): string {
  const key = currentLanguage() + JSON.stringify(options);
  let formatter = formats.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(currentLanguage(), options);
    formats.set(key, formatter);
  }
  return formatter.format(new Date(value));
}

/** Date and time of an ISO instant, as the person's language writes them. */
export function dateTime(value: string): string {
  return format(value, { dateStyle: "medium", timeStyle: "short" });
}

/** To the second, for logs. */
export function exactTime(value: string): string {
  return format(value, { dateStyle: "medium", timeStyle: "medium" });
}

/** To the millisecond, where the day is known. */
export function preciseTime(value: string): string {
  return format(value, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}

/** A calendar date (`2026-01-31`), which no time zone may move. */
export function calendarDate(value: string): string {
  return format(`${value}T00:00:00Z`, { dateStyle: "medium", timeZone: "UTC" });
}
