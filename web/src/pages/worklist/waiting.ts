import type { TFunction } from "i18next";

const HOUR = 60;
const DAY = 24 * HOUR;

/** Minutes as people say them. */
export function duration(minutes: number, t: TFunction): string {
  if (minutes < HOUR) return t("worklist.minutes", { minutes });
  if (minutes < DAY) {
    return t("worklist.hours", { hours: Math.floor(minutes / HOUR), minutes: minutes % HOUR });
  }
  return t("worklist.days", {
    days: Math.floor(minutes / DAY),
    hours: Math.floor((minutes % DAY) / HOUR),
  });
}

export type Pressure = "calm" | "near" | "over";

/** How near a study is to its target: from three quarters of the time on it is near. */
export function pressure(row: {
  waiting_minutes: number;
  target_minutes: number;
  overdue: boolean;
}): Pressure {
  if (row.overdue) return "over";
  return row.waiting_minutes >= 0.75 * row.target_minutes ? "near" : "calm";
}
