import type { Schema } from "@/api/client";
import type { KeyImage } from "./autosave";

/** How many pictures of a series are shown at a time. */
export const PAGE = 24;

export const keyImageName = ({ sop_instance_uid, frame }: KeyImage) => `${sop_instance_uid}:${frame}`;

/** The frames of a series' images, in the order of the series; without objects that have no pixels. */
export function picturesOf({ series_instance_uid, instances }: Schema["SeriesDetailOut"]): KeyImage[] {
  return instances
    .filter(({ rows }) => rows != null)
    .flatMap(({ sop_instance_uid, frames }) =>
      Array.from({ length: frames ?? 1 }, (_, index) => ({
        series_instance_uid,
        sop_instance_uid,
        frame: index + 1,
      })),
    );
}
