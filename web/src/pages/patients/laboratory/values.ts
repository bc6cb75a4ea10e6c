import type { Schema } from "@/api/client";

type Value = Schema["LabValueOut"];

/** The numbers of a course, the oldest first; what is no number (`<0.5`) has no place in a plot. */
export function pointsOf(values: Value[]): { x: number; y: number }[] {
  return values
    .flatMap(({ at, value }) => (value == null ? [] : [{ x: Date.parse(at), y: value }]))
    .sort((a, b) => a.x - b.x);
}
