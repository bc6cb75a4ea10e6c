import type { Schema } from "@/api/client";
import { calendarDate } from "@/shared/when";

export type Registration = Schema["RegistrationOut"];

/** It goes on by itself: the run, or the storing of what was accepted. */
export function isMoving({ status, stored_at }: Pick<Registration, "status" | "stored_at">): boolean {
  return (
    status === "requested" || status === "running" || (status === "accepted" && stored_at === null)
  );
}

/** Which series, in words; of another study with its date. */
export function movingName(one: Registration, unnamed: string): string {
  const date = one.moving_study !== one.fixed_study && one.moving_study_date;
  const name = one.moving_description || unnamed;
  return date ? `${name} (${calendarDate(date)})` : name;
}

const REASONS = ["inconsistent", "not_repeatable", "little_shared"] as const;

/** Why it is flagged, as far as this page knows the reason. */
export function knownReasons(reasons: string[]): (typeof REASONS)[number][] {
  return REASONS.filter((reason) => reasons.includes(reason));
}
