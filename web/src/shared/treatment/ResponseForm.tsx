import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { studiesQuery } from "@/api/queries";
import { calendarDate } from "@/shared/when";
import { asText, ifMatch, notWritten, withNulls, type Assessment } from "./data";
import { lesionOf, parseLines } from "./lines";
import type { Field, Values } from "@/shared/forms/fields";
import { RecordForm } from "./RecordForm";

/** What is left open is not known, and never taken for normal. */
const TRUTH: Record<string, boolean | undefined> = { yes: true, no: false };

const word = (truth: boolean | null | undefined) => (truth == null ? "" : truth ? "yes" : "no");

function begunWith(row: Assessment): Values {
  const lesions = row.lesions.map((each) => `${each.label}, ${each.longest_mm}, ${each.perpendicular_mm}`);
  return {
    ...asText(row, ["flair", "steroid_mg", "clinical", "note"]),
    baseline: word(row.baseline),
    new_lesion: word(row.new_lesion),
    new_lesion_outside_field: word(row.new_lesion_outside_field),
    lesions: lesions.join("\n"),
  };
}

interface ResponseFormProps {
  patient: number;
  row?: Assessment;
  name?: string;
}

/** Enters or corrects what was measured on a study; the response is computed by the server. */
export function ResponseForm({ patient, row, name }: ResponseFormProps) {
  const { t } = useTranslation();
  const studies = useQuery({ ...studiesQuery({ patient, page_size: 200 }), enabled: !row });
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
  const study: Field = {
    name: "study_instance_uid",
    label: t("treatment.response.study"),
    type: "select",
    required: true,
    options: choices,
  };
  const fields: Field[] = [
    ...(row ? [] : [study]),
    { name: "baseline", label: t("treatment.response.baseline"), type: "select", options: yesNo },
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
      options: changes(["improved", "stable", "increased"]),
    },
    { name: "new_lesion", label: t("treatment.response.newLesion"), type: "select", options: yesNo },
    {
      name: "new_lesion_outside_field",
      label: t("treatment.response.outsideField"),
      type: "select",
      options: yesNo,
      shown: ({ new_lesion }) => new_lesion === "yes",
    },
    {
      name: "steroid_mg",
      label: t("treatment.response.steroid"),
      hint: t("treatment.response.steroidHint"),
      type: "number",
      decimals: 2,
    },
    {
      name: "clinical",
      label: t("treatment.response.clinical"),
      type: "select",
      options: changes(["improved", "stable", "worse"]),
    },
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
  const bodyOf = ({ lesions: written, ...values }: Values) => {
    const lesions = parseLines(written ?? "", lesionOf);
    if (lesions.rows === null) {
      throw notWritten("lesions", t("treatment.response.lesionsWrong", { line: lesions.wrong }));
    }
    const truths = Object.entries(values).flatMap(([key, value]) =>
      ["baseline", "new_lesion", "new_lesion_outside_field"].includes(key)
        ? [[key, TRUTH[value] ?? (key === "baseline" ? false : null)] as const]
        : [],
    );
    return {
      ...withNulls(values, ["flair", "steroid_mg", "clinical"]),
      ...Object.fromEntries(truths),
      ...((written !== undefined || !row) && { lesions: lesions.rows }),
    };
  };
  const record = async (values: Values) => {
    const body = bodyOf(values);
    return row
      ? unwrap(
          api.PATCH("/api/followups/responses/{id}/", {
            params: { path: { id: row.id } },
            headers: ifMatch(row),
            body,
          }),
        )
      : unwrap(
          api.POST("/api/followups/responses/", {
            body: { ...body, patient } as unknown as Schema["AssessmentInRequest"],
          }),
        );
  };
  return (
    <RecordForm
      patient={patient}
      title={t(row ? "treatment.edit" : "treatment.response.add")}
      {...(row && name && { changes: name, initial: begunWith(row) })}
      fields={fields}
      record={record}
    />
  );
}
