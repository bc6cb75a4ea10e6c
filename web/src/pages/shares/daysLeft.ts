const DAY_MS = 86_400_000;

/** Whole days until then, the begun one counted; 0 once it is over. */
export function daysLeft(until: string, now: Date): number {
  return Math.max(0, Math.ceil((new Date(until).getTime() - now.getTime()) / DAY_MS));
}
