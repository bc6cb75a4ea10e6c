import { describe, expect, it } from "vitest";
import { axisAround, axisFromZero, axisOver, roundTicks } from "./scale";

describe("the axes of a plot", () => {
  it("mark round values up to the highest", () => {
    expect(roundTicks(1000)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(roundTicks(0.7)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(roundTicks(4.2)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("begin at zero", () => {
    const axis = axisFromZero(10, 100, 0);
    expect([axis.at(0), axis.at(5), axis.at(10)]).toEqual([100, 50, 0]);
  });

  it("put one day in the middle", () => {
    expect(axisOver([7], 0, 100)).toMatchObject({ ticks: [7] });
    expect(axisOver([7], 0, 100).at(7)).toBe(50);
    expect(axisOver([0, 10], 0, 100).at(5)).toBe(50);
  });

  it("hold values far from 0 between round values", () => {
    const axis = axisAround(36.4, 38.9, 100, 0);
    expect(axis.ticks).toEqual([36, 37, 38, 39]);
    expect(axis.at(36)).toBe(100);
    expect(axis.at(39)).toBe(0);
    expect(axisAround(5, 5, 0, 10).ticks.length).toBeGreaterThan(1);
  });
});
