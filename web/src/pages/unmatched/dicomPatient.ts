import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { calendarDate } from "@/shared/when";

export type Unmatched = Schema["UnmatchedStudyOut"];

/** The birth date of the files (DICOM DA, `YYYYMMDD`, or ISO) for reading; as it is when odd. */
export function birthOf({ dicom_birth_date: date }: Pick<Unmatched, "dicom_birth_date">): string {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(date);
  if (!match) return date;
  const [, year = "", month = "", day = ""] = match;
  const iso = `${year}-${month}-${day}`;
  return Number.isNaN(Date.parse(iso)) ? date : calendarDate(iso);
}

const SEXES = ["M", "F", "O"] as const;

/** Patient's Sex (0010,0040) in words; as it is when odd. */
export function useSexName(): (code: string) => string {
  const { t } = useTranslation();
  return (code) => {
    const known = SEXES.find((sex) => sex === code);
    return known ? t(`common.gender.${known}`) : code;
  };
}
