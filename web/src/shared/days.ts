import { calendarDate } from "@/shared/when";

/** The day of a moment (ms), in the zone of the browser, as people read it. */
export function calendarDayOf(moment: number): string {
  return calendarDate(dayOf(new Date(moment)));
}

/** The day of the browser on which an instant falls, `2026-01-31`. */
export function dayOf(at: Date): string {
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${at.getFullYear()}-${month}-${day}`;
}

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The Monday of the week of a day. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}
