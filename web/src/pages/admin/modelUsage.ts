import type { Schema } from "@/api/client";

export type Usage = Schema["ModelUsageOut"];
type Point = { x: number; y: number };

/** Of each version its points by month; a month without the figure has none. */
export function curvesOf(
  rows: Usage[],
  value: (row: Usage) => number | null,
): { name: string; points: Point[] }[] {
  const curves = new Map<string, Point[]>();
  for (const row of rows) {
    const y = value(row);
    if (y === null) continue;
    const points = curves.get(row.model_version) ?? [];
    points.push({ x: Date.parse(row.month), y });
    curves.set(row.model_version, points);
  }
  return [...curves].map(([name, points]) => ({ name, points }));
}

/** Which share of the reviewed results was approved, in per cent; null before the first review. */
export function acceptRate({ approved, rejected }: Usage): number | null {
  return approved + rejected > 0 ? (100 * approved) / (approved + rejected) : null;
}

export function biasPercent({ volume_bias }: Usage): number | null {
  return volume_bias === null ? null : 100 * volume_bias;
}
