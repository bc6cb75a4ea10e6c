import { describe, expect, it } from "vitest";
import { fastImages, pollInterval } from "./htj2kProgress";

const study = { instances: 10, stored: 6, refused: [], paused: false };
const refused = [
  { reason: "LOSSY", instances: 3 },
  { reason: "SEGMENTATION", instances: 1 },
] as const;

describe("fast images", () => {
  it("are asked about until nothing waits, seldom while the disk is full", () => {
    expect(pollInterval(undefined)).toBe(false);
    expect(pollInterval(study)).toBe(5_000);
    expect(pollInterval({ ...study, paused: true })).toBe(60_000);
    expect(pollInterval({ ...study, refused: [...refused] })).toBe(false);
  });

  it("count what is refused as done and tell of pictures only", () => {
    expect(fastImages({ ...study, refused: [...refused] })).toEqual({
      done: 10,
      all: 10,
      waiting: false,
      refused: [{ reason: "LOSSY", instances: 3 }],
    });
  });
});
