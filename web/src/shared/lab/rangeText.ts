/** `3.4–4.8`, `≤ 200`, `≥ 35`, or a dash where no limit is known. */
export function rangeText({ low, high }: { low?: unknown; high?: unknown }): string {
  const [from, to] = [low, high].map((end) => (typeof end === "number" ? String(end) : null));
  if (from && to) return `${from}–${to}`;
  if (to) return `≤ ${to}`;
  return from ? `≥ ${from}` : "–";
}
