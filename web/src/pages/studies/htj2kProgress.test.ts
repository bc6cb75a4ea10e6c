import { describe, expect, it } from "vitest";
import { progressOf, pollInterval } from "./htj2kProgress";

const study = { instances: 10, stored: 6, refused: [], paused: false };
const refused = [
  { reason: "LOSSY", instances: 3 },
  { reason: "SEGMENTATION", instances: 1 },
] as const;

describe("fast images", () => {
  it("are asked about until nothing waits, ever more seldom, and seldom while the disk is full", () => {
    expect(pollInterval(undefined, 0)).toBe(false);
    expect(pollInterval(study, 0)).toBe(5_000);
    expect(pollInterval(study, 2)).toBe(11_250);
    expect(pollInterval(study, 100)).toBe(300_000);
    expect(pollInterval({ ...study, paused: true }, 0)).toBe(300_000);
    expect(pollInterval({ ...study, refused: [...refused] }, 0)).toBe(false);
  });

  it("count what is refused as done and tell of pictures only", () => {
    expect(progressOf({ ...study, refused: [...refused] })).toEqual({
      done: 10,
      all: 10,
      waiting: false,
      refused: [{ reason: "LOSSY", instances: 3 }],
    });
  });
});
