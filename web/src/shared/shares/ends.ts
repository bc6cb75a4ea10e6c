const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 14;
/** The server takes no later end. */
const LONGEST_DAYS = 366;

/** `YYYY-MM-DDThh:mm` of this device's clock, as an input of the type datetime-local has it. */
function local(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

export function defaultEnd(now: Date): string {
  return local(new Date(now.getTime() + DEFAULT_DAYS * DAY_MS));
}

/** In the future, at most a year ahead. */
export function isPossibleEnd(end: string, now: Date): boolean {
  const ahead = new Date(end).getTime() - now.getTime();
  return ahead > 0 && ahead <= LONGEST_DAYS * DAY_MS;
}
