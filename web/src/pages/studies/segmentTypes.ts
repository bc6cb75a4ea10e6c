const CATEGORY = {
  value: "49755003",
  scheme: "SCT",
  meaning: "Morphologically Abnormal Structure",
};
const TYPES = {
  lesion: { value: "52988006", scheme: "SCT", meaning: "Lesion" },
  neoplasm: { value: "108369006", scheme: "SCT", meaning: "Neoplasm" },
  necrosis: { value: "6574001", scheme: "SCT", meaning: "Necrosis" },
  edema: { value: "79654002", scheme: "SCT", meaning: "Edema" },
};

export type SegmentType = keyof typeof TYPES;
export const SEGMENT_TYPES = Object.keys(TYPES) as SegmentType[];

/** The first segment of a file that has no names, as the API takes it. */
export const namedSegment = (label: string, type: SegmentType) => ({
  number: 1,
  label,
  category: CATEGORY,
  type: TYPES[type],
});
