import { currentLanguage } from "@/i18n";

/*
 * One form per language, the viewer's too (viewer/extension/when.js): `Nov 28, 2026 14:05 KST` and
 * `2026-11-28 14:05 KST`. Instants carry the zone of the browser; what a scanner wrote (`study_time`)
 * has no known zone and carries none.
 */

/** Sweden writes dates and times as ISO 8601 does. */
const ISO = "sv-SE";
const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: Date, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options);
  let formatter = formats.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, options);
    formats.set(key, formatter);
  }
  return formatter.format(at);
}

function day(at: Date, timeZone?: "UTC"): string {
  const zoned = timeZone ? { timeZone } : {};
  return currentLanguage() === "en"
    ? format(at, "en-US", { year: "numeric", month: "short", day: "numeric", ...zoned })
    : format(at, ISO, { year: "numeric", month: "2-digit", day: "2-digit", ...zoned });
}

/** The browser's zone by its short name; Korea's, which ICU only knows as an offset, by its own. */
function zone(at: Date): string {
  const formatter = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" });
  if (formatter.resolvedOptions().timeZone === "Asia/Seoul") return "KST";
  return formatter.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** Date, time and zone of an ISO instant. */
export function dateTime(value: string): string {
  const at = new Date(value);
  return `${day(at)} ${format(at, ISO, CLOCK)} ${zone(at)}`;
}

/** The time of day of an ISO instant. */
export function clock(value: string): string {
  return format(new Date(value), ISO, CLOCK);
}

/** To the second, for logs. */
export function exactTime(value: string): string {
  const at = new Date(value);
  return `${day(at)} ${format(at, ISO, { ...CLOCK, second: "2-digit" })} ${zone(at)}`;
}

/** To the millisecond, where the day is known. */
export function preciseTime(value: string): string {
  const at = new Date(value);
  const options = { ...CLOCK, second: "2-digit", fractionalSecondDigits: 3 } as const;
  return format(at, "en-GB", options);
}

/** A calendar date (`2026-01-31`), which no time zone may move. */
export function calendarDate(value: string): string {
  return day(new Date(`${value}T00:00:00Z`), "UTC");
}
