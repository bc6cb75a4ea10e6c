import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import type { Field } from "@/shared/forms/fields";

const SEXES = ["M", "F", "O", "U"] as const satisfies Schema["GenderEnum"][];

/** What a patient's own data are; the MRN only of a new one, for it never changes. */
export function usePatientFields(isNew: boolean): Field[] {
  const { t } = useTranslation();
  const options = SEXES.map((value) => ({ value, label: t(`common.gender.${value}`) }));
  const mrn: Field = {
    name: "patient_id",
    label: t("patients.mrn"),
    type: "text",
    required: true,
    maxLength: 64,
    hint: t("chart.patient.mrnHint"),
  };
  return [
    ...(isNew ? [mrn] : []),
    { name: "full_name", label: t("patients.name"), type: "text", required: true, maxLength: 150 },
    { name: "birth_date", label: t("patients.born"), type: "date", required: true, half: true },
    { name: "gender", label: t("patients.sex"), type: "select", required: true, options, half: true },
    { name: "phone", label: t("patients.phone"), type: "text", maxLength: 30 },
    { name: "address", label: t("chart.patient.address"), type: "text", maxLength: 300 },
    {
      name: "restricted",
      label: t("patients.restricted"),
      type: "yes",
      options: [
        { value: "true", label: t("common.yes") },
        { value: "false", label: t("common.no") },
      ],
      hint: t("chart.patient.restrictedHint"),
    },
  ];
}
