import { useTranslation } from "react-i18next";
import type en from "@/i18n/en";

export type JobType = keyof typeof en.orders.types;

/** The codes that have a name; `job_type` may be any other text. */
const JOB_TYPES = [
  "MR_BRAIN",
  "MR_BRAIN_CONTRAST",
  "MR_SPINE",
  "CT_HEAD",
  "CT_BRAIN",
  "CT_CHEST",
  "BLOOD",
  "GENETIC",
  "PROTEIN",
  "SURGERY",
  "RADIOTHERAPY",
  "CHEMOTHERAPY",
  "PHYSIOTHERAPY",
  "SPEECH_THERAPY",
  "NEUROSURGERY",
  "NEUROLOGY",
  "ONCOLOGY",
] as const satisfies JobType[];

/** What is ordered, in the person's language; a text without a name as it was written. */
export function useJobTypeName(): (jobType: string) => string {
  const { t } = useTranslation();
  return (jobType) => {
    const known = JOB_TYPES.find((code) => code === jobType);
    return known ? t(`orders.types.${known}`) : jobType;
  };
}
