import type { TFunction } from "i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";

/** Whole years from a birth date (YYYY-MM-DD) to `at`. */
export function ageAt(birthDate: string, at: Date): number {
  const [year = 0, month = 1, day = 1] = birthDate.split("-").map(Number);
  const before =
    at.getMonth() + 1 < month || (at.getMonth() + 1 === month && at.getDate() < day);
  return at.getFullYear() - year - (before ? 1 : 0);
}

/** `hh:mm` of a DICOM time (TM, PS3.5: HHMMSS.FFFFFF, shorter allowed); empty when there is none. */
export function dicomTime(time: string): string {
  const match = /^(\d{2})(\d{2})?/.exec(time);
  return match ? `${match[1] ?? ""}:${match[2] ?? "00"}` : "";
}

/** A fraction as the language of the page writes a percentage. */
export function percent(fraction: number): string {
  const format = new Intl.NumberFormat(currentLanguage(), {
    style: "percent",
    maximumFractionDigits: 1,
  });
  return format.format(fraction);
}

const HANGUL = /\p{Script=Hangul}/u;

/** The language of a text that people of the hospital wrote, for `lang`: Korean, or not known. */
export function langOf(text: string): "ko" | undefined {
  return HANGUL.test(text) ? "ko" : undefined;
}

/**
 * A DICOM person name (PN, PS3.5 6.2.1.2) as it is said: the ideographic group where there is one,
 * a Korean name in one word, others with the given name first.
 */
export function personName(name: string): string {
  const groups = name.split("=");
  const [family = "", given = "", middle = ""] = (groups[1] || groups[2] || groups[0] || "").split("^");
  if (HANGUL.test(family)) return family + given;
  return [given, middle, family].filter(Boolean).join(" ");
}

/** For an avatar: the given name of a Korean, else the first letters of the first and last word. */
export function initialsOf(name: string): string {
  if (HANGUL.test(name)) return name.trim().slice(-2);
  const words = name.split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word?.[0] ?? "").join("").toUpperCase();
}

/** `51 y/F`: the age at the study, where it is known, and the sex. */
export function ageSex(
  study: Pick<Schema["StudyOut"], "patient_age" | "patient_sex">,
  t: TFunction,
): string {
  const sex = t(`studies.sex.${study.patient_sex}`);
  return study.patient_age === null ? sex : t("studies.ageSex", { age: study.patient_age, sex });
}
