import { expect, test } from "vitest";
import { acceptRate, biasPercent, curvesOf, type Usage } from "./modelUsage";

const row = (month: string, changes: Partial<Usage> = {}): Usage => ({
  month,
  model_version: "1",
  jobs: 4,
  completed: 4,
  failed: 0,
  approved: 3,
  rejected: 1,
  seconds: 2,
  longest_seconds: 3,
  compared: 3,
  dice: 0.9,
  volume_bias: 0.05,
  ...changes,
});

test("each version has a curve of the months that have the figure", () => {
  const rows = [
    row("2026-01-01"),
    row("2026-02-01", { dice: null }),
    row("2026-02-01", { model_version: "2", dice: 0.8 }),
    row("2026-03-01", { dice: 0.7 }),
  ];
  expect(curvesOf(rows, ({ dice }) => dice)).toEqual([
    {
      name: "1",
      points: [
        { x: Date.parse("2026-01-01"), y: 0.9 },
        { x: Date.parse("2026-03-01"), y: 0.7 },
      ],
    },
    { name: "2", points: [{ x: Date.parse("2026-02-01"), y: 0.8 }] },
  ]);
});

test("a rate needs a review, a bias a comparison", () => {
  expect(acceptRate(row("2026-01-01"))).toBe(75);
  expect(acceptRate(row("2026-01-01", { approved: 0, rejected: 0 }))).toBeNull();
  expect(biasPercent(row("2026-01-01"))).toBe(5);
  expect(biasPercent(row("2026-01-01", { volume_bias: null }))).toBeNull();
});
