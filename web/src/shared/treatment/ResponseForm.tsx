import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { studiesQuery } from "@/api/queries";
import { calendarDate } from "@/shared/when";
import { notWritten } from "./data";
import { lesionOf, parseLines } from "./lines";
import { RecordForm, type Field, type Values } from "./RecordForm";

/** What is left open is not known, and never taken for normal. */
const TRUTH: Record<string, boolean | undefined> = { yes: true, no: false };

/** Enters what was measured on a study; the response is computed by the server. */
export function ResponseForm({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const studies = useQuery(studiesQuery({ patient, page_size: 200 }));
  const choices = (studies.data?.results ?? []).map((study) => ({
    value: study.study_instance_uid,
    label: [study.study_date && calendarDate(study.study_date), study.description]
      .filter(Boolean)
      .join(" · "),
  }));
  const yesNo = (["yes", "no"] as const).map((value) => ({ value, label: t(`treatment.response.${value}`) }));
  const changes = (values: readonly ("improved" | "stable" | "increased" | "worse")[]) =>
    values.map((value) => ({ value, label: t(`treatment.response.${value}`) }));
  const unknown = t("treatment.unknown");
  const fields: Field[] = [
    {
      name: "study_instance_uid",
      label: t("treatment.response.study"),
      type: "select",
      required: true,
      data: choices,
    },
    { name: "baseline", label: t("treatment.response.baseline"), type: "select", data: yesNo },
    {
      name: "lesions",
      label: t("treatment.response.lesions"),
      hint: t("treatment.response.lesionsHint"),
      type: "lines",
    },
    {
      name: "flair",
      label: t("treatment.response.flair"),
      hint: unknown,
      type: "select",
      data: changes(["improved", "stable", "increased"]),
    },
    { name: "new_lesion", label: t("treatment.response.newLesion"), type: "select", data: yesNo },
    {
      name: "new_lesion_outside_field",
      label: t("treatment.response.outsideField"),
      type: "select",
      data: yesNo,
      shown: ({ new_lesion }) => new_lesion === "yes",
    },
    {
      name: "steroid_mg",
      label: t("treatment.response.steroid"),
      hint: t("treatment.response.steroidHint"),
      type: "number",
    },
    {
      name: "clinical",
      label: t("treatment.response.clinical"),
      type: "select",
      data: changes(["improved", "stable", "worse"]),
    },
  ];
  const record = async ({ lesions: written = "", ...values }: Values) => {
    const lesions = parseLines(written, lesionOf);
    if (lesions.rows === null) {
      throw notWritten("lesions", t("treatment.response.lesionsWrong", { line: lesions.wrong }));
    }
    const body = {
      ...values,
      patient,
      lesions: lesions.rows,
      baseline: values.baseline === "yes",
      new_lesion: TRUTH[values.new_lesion ?? ""],
      new_lesion_outside_field: TRUTH[values.new_lesion_outside_field ?? ""],
    };
    return unwrap(
      api.POST("/api/followups/responses/", { body: body as unknown as Schema["AssessmentInRequest"] }),
    );
  };
  return (
    <RecordForm patient={patient} title={t("treatment.response.add")} fields={fields} record={record} />
  );
}
