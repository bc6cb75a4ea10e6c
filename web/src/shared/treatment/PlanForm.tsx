import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { notWritten } from "./data";
import { doseOf, parseLines } from "./lines";
import { RecordForm, type Field, type Values } from "./RecordForm";

const KINDS = ["surgery", "radiotherapy", "chemotherapy"] as const;
const EXTENTS = ["gross_total", "near_total", "subtotal", "partial", "biopsy"] as const;
const TECHNIQUES = ["3dcrt", "imrt", "vmat", "srs", "srt", "proton", "carbon_ion", "other"] as const;

function useFields(): Field[] {
  const { t } = useTranslation();
  const of = (kind: Schema["TreatmentKind"]) => (values: Values) => values.kind === kind;
  const [surgery, radiotherapy, chemotherapy] = KINDS.map(of);
  const detail = (field: Field, shown: Field["shown"]): Field => ({ ...field, ...(shown && { shown }) });
  return [
    {
      name: "kind",
      label: t("treatment.plan.kind"),
      type: "select",
      required: true,
      data: KINDS.map((value) => ({ value, label: t(`treatment.kind.${value}`) })),
    },
    { name: "title", label: t("treatment.plan.name"), type: "text", required: true },
    { name: "planned_on", label: t("treatment.plan.plannedOn"), type: "date" },
    detail(
      {
        name: "extent_of_resection",
        label: t("treatment.plan.extent"),
        type: "select",
        data: EXTENTS.map((value) => ({ value, label: t(`treatment.extent.${value}`) })),
      },
      surgery,
    ),
    detail({ name: "resection_percent", label: t("treatment.plan.percent"), type: "number" }, surgery),
    detail(
      { name: "total_dose_gy", label: t("treatment.plan.dose"), type: "number", required: true },
      radiotherapy,
    ),
    detail(
      { name: "fractions", label: t("treatment.plan.fractions"), type: "number", required: true },
      radiotherapy,
    ),
    detail(
      {
        name: "technique",
        label: t("treatment.plan.technique"),
        type: "select",
        data: TECHNIQUES.map((value) => ({ value, label: t(`treatment.technique.${value}`) })),
      },
      radiotherapy,
    ),
    detail({ name: "target", label: t("treatment.plan.target"), type: "text" }, radiotherapy),
    detail({ name: "regimen", label: t("treatment.plan.regimen"), type: "text" }, chemotherapy),
    detail(
      {
        name: "drugs",
        label: t("treatment.plan.drugs"),
        hint: t("treatment.plan.drugsHint"),
        type: "text",
      },
      chemotherapy,
    ),
    detail(
      {
        name: "cycles",
        label: t("treatment.plan.cycles"),
        hint: t("treatment.plan.cyclesHint"),
        type: "lines",
      },
      chemotherapy,
    ),
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
}

/** Plans a treatment, with the details of its kind. */
export function PlanForm({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const record = async ({ kind, title = "", drugs = "", cycles = "", ...values }: Values) => {
    const doses = parseLines(cycles, doseOf);
    if (doses.rows === null) throw notWritten("cycles", t("treatment.plan.cyclesWrong", { line: doses.wrong }));
    const chemotherapy = kind === "chemotherapy";
    const body = {
      ...values,
      patient,
      kind: kind as Schema["TreatmentKind"],
      title,
      ...(chemotherapy && {
        drugs: drugs.split(",").flatMap((drug) => (drug.trim() ? [drug.trim()] : [])),
        cycles: doses.rows,
      }),
    };
    return unwrap(api.POST("/api/treatments/plans/", { body }));
  };
  return (
    <RecordForm
      patient={patient}
      title={t("treatment.plan.add")}
      fields={useFields()}
      initial={{ kind: "surgery" }}
      record={record}
    />
  );
}
