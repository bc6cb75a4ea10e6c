const FURTHEST_MS = 731 * 86_400_000;

/** Whether the server takes what a `datetime-local` field says, which may be nothing. */
export function isDue(entered: string, now = Date.now()): boolean {
  if (!entered) return true;
  const at = Date.parse(entered);
  return at > now && at < now + FURTHEST_MS;
}
