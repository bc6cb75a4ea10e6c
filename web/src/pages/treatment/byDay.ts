import { dayOf } from "@/shared/days";

/** The visits of each day; `visits` in the order of their times. */
export function byDay<V extends { planned_at: string }>(visits: V[]): [string, V[]][] {
  const days = new Map<string, V[]>();
  for (const visit of visits) {
    const day = dayOf(new Date(visit.planned_at));
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days];
}
