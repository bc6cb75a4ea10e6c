import type { Schema } from "@/api/client";

type Value = Schema["LabValueOut"];

/** `3.4 – 4.8`, `≤ 5`, `≥ 60`; empty where no limit is known. */
export function rangeText(low: number | null | undefined, high: number | null | undefined): string {
  if (low != null && high != null) return `${low} – ${high}`;
  if (high != null) return `≤ ${high}`;
  return low != null ? `≥ ${low}` : "";
}

/** The numbers of a course, the oldest first; what is no number (`<0.5`) has no place in a plot. */
export function pointsOf(values: Value[]): { x: number; y: number }[] {
  return values
    .flatMap(({ at, value }) => (value == null ? [] : [{ x: Date.parse(at), y: value }]))
    .sort((a, b) => a.x - b.x);
}
