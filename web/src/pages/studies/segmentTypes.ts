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

/** A segment as a person names it, by its number in the file. */
export interface NamedSegment {
  number: number;
  label: string;
  type: SegmentType;
}

/** How a mask was made, as DICOM says it (0062,0008); `unknown` is not sent. */
export const MAKERS = ["unknown", "MANUAL", "SEMIAUTOMATIC", "AUTOMATIC"] as const;
export type Maker = (typeof MAKERS)[number];

/** What made it by itself, or with a person, has a name. */
export const hasAlgorithm = (made: Maker) => made === "SEMIAUTOMATIC" || made === "AUTOMATIC";

/** A segment after the others: what a file numbers is numbered on. */
export const nextSegment = (segments: NamedSegment[]): NamedSegment => ({
  number: Math.max(0, ...segments.map(({ number }) => number)) + 1,
  label: "",
  type: "lesion",
});

/** The numbers that two segments have, or that no file can have. */
export function wrongNumbers(segments: NamedSegment[]): Set<number> {
  const numbers = segments.map(({ number }) => number);
  return new Set(
    numbers.filter(
      (number, at) =>
        !Number.isInteger(number) || number < 1 || number > 255 || numbers.indexOf(number) !== at,
    ),
  );
}

/** What a person said of a file, as the API takes it; a segment without a name is left to the file. */
export function importFields(
  segments: NamedSegment[],
  made: Maker,
  algorithm: string,
): Record<string, string> {
  const named = segments.flatMap(({ number, label, type }) => {
    const name = label.trim();
    return name ? [{ number, label: name, category: CATEGORY, type: TYPES[type] }] : [];
  });
  return {
    ...(named.length > 0 && { segments: JSON.stringify(named) }),
    ...(made !== "unknown" && { algorithm_type: made }),
    ...(hasAlgorithm(made) && { algorithm_name: algorithm.trim() }),
  };
}
