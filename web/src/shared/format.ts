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
