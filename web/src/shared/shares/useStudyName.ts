import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { calendarDate } from "@/shared/when";

type Study = Pick<Schema["SharedStudyOut"], "description" | "study_date" | "accession_number">;

/** A study by description, date and accession number. */
export function useStudyName(): (study: Study) => string {
  const { t } = useTranslation();
  return ({ description, study_date, accession_number }) =>
    [
      description || t("studies.noDescription"),
      study_date ? calendarDate(study_date) : t("studies.noDate"),
      accession_number,
    ]
      .filter(Boolean)
      .join(" · ");
}
