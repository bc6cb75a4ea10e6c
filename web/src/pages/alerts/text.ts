import type { TFunction } from "i18next";
import { currentLanguage } from "@/i18n";
import { calendarDate } from "@/shared/when";
import type { Notification } from "./socket";

/** In the language of the page, which may differ from that of the profile. */
export function alertText(
  t: TFunction,
  { kind, text }: Pick<Notification, "kind" | "text">,
): string {
  return t(`alerts.kind.${kind}`, text);
}

/** What it is about, as far as the reader may see that; empty when nothing is named. */
export function alertAbout(t: TFunction, { about }: Pick<Notification, "about">): string {
  const { patient, study, order, model, people } = about;
  const language = currentLanguage();
  return [
    patient && `${patient.full_name} (${patient.patient_id})`,
    order?.examination[language],
    study?.description,
    study?.study_date && calendarDate(study.study_date),
    study?.accession_number ?? order?.accession_number,
    model?.name[language],
    ...people.map(({ part, full_name }) => t(`alerts.part.${part}`, { name: full_name })),
  ]
    .filter(Boolean)
    .join(" · ");
}
