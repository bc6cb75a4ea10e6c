/** Whether a medicine is still to be taken at that time; without a known end it is. */
export function isCurrent({ ends_at }: { ends_at: string | null }, now: Date): boolean {
  return ends_at === null || new Date(ends_at) > now;
}
