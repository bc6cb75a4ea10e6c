import { expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { picturesOf } from "./pictures";

it("offers each frame of the images of a series, and no object without pixels", () => {
  const instances = [
    { sop_instance_uid: "1.1", rows: 4, frames: 2 },
    { sop_instance_uid: "1.2", rows: null, frames: 1 },
  ];
  const series = { series_instance_uid: "1", instances } as unknown as Schema["SeriesDetailOut"];
  expect(picturesOf(series).map(({ sop_instance_uid, frame }) => [sop_instance_uid, frame])).toEqual([
    ["1.1", 1],
    ["1.1", 2],
  ]);
});
