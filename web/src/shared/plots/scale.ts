/** A value's place on an axis of a plot, and round values to mark there. */
export interface Axis {
  at: (value: number) => number;
  ticks: number[];
}

const ROUND = [1, 2, 5, 10];

/** At most about `count` round values from 0 or below up to `highest`. */
export function roundTicks(highest: number, count = 5): number[] {
  const rough = Math.max(highest, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (ROUND.find((each) => each * power >= rough) ?? 10);
  const steps = Math.ceil(highest / step);
  return Array.from({ length: steps + 1 }, (_, tick) => Number((tick * step).toPrecision(12)));
}

/** From 0 to `highest`, drawn from `start` to `end`. */
export function axisFromZero(highest: number, start: number, end: number): Axis {
  const ticks = roundTicks(highest);
  const last = ticks.at(-1) ?? 1;
  return { at: (value) => start + ((end - start) * value) / (last || 1), ticks };
}

/** Round values that hold `lowest` and `highest`, for what never comes near 0, such as a temperature. */
export function axisAround(lowest: number, highest: number, start: number, end: number): Axis {
  const room = highest > lowest ? highest - lowest : Math.abs(highest) || 1;
  const step = roundTicks(room, 4)[1] ?? 1;
  const first = Math.floor(lowest / step);
  const last = Math.max(Math.ceil(highest / step), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, tick) => Number(((first + tick) * step).toPrecision(12)));
  const at = (value: number) => start + ((end - start) * (value / step - first)) / (last - first);
  return { at, ticks };
}

/** From the first to the last of `values`; one value alone stands in the middle. */
export function axisOver(values: number[], start: number, end: number): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const middle = (start + end) / 2;
  const at = (value: number) =>
    high === low ? middle : start + ((end - start) * (value - low)) / (high - low);
  const ticks = high === low ? [low] : [low, (low + high) / 2, high];
  return { at, ticks };
}
