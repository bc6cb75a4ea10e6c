import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import type { Body, Field, Values } from "@/shared/forms/fields";

/** The code of a ward stays as it is: rounds, stays and the audit log name it. */
export function useWardFields(isNew: boolean): Field[] {
  const { t } = useTranslation();
  const code: Field = {
    name: "code",
    label: t("admin.wards.code"),
    type: "text",
    required: true,
    maxLength: 20,
    hint: t("admin.wards.codeHint"),
  };
  return [
    ...(isNew ? [code] : []),
    { name: "name_ko", label: t("admin.wards.nameKo"), type: "text", required: true, maxLength: 60 },
    { name: "name_en", label: t("admin.wards.nameEn"), type: "text", required: true, maxLength: 60 },
    {
      name: "beds",
      label: t("admin.wards.beds"),
      type: "lines",
      required: true,
      hint: t("admin.wards.bedsHint"),
    },
    { name: "active", label: t("admin.wards.active"), type: "yes", hint: t("admin.wards.closedHint") },
  ];
}

export function wardValues({ name, beds, active }: Schema["WardOut"]): Values {
  return { name_ko: name.ko, name_en: name.en, beds: beds.join("\n"), active: String(active) };
}

/** The beds as the API takes them: a list, in the order of the lines. */
export function wardBody({ beds, ...rest }: Body): object {
  if (typeof beds !== "string") return rest;
  return { ...rest, beds: beds.split(/[\s,]+/).filter(Boolean) };
}
