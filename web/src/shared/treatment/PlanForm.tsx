import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { asText, ifMatch, notWritten, withNulls, type Plan } from "./data";
import { doseOf, parseLines } from "./lines";
import type { Field, Values } from "@/shared/forms/fields";
import { RecordForm } from "./RecordForm";

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
      options: KINDS.map((value) => ({ value, label: t(`treatment.kind.${value}`) })),
    },
    { name: "title", label: t("treatment.plan.name"), type: "text", required: true },
    { name: "planned_on", label: t("treatment.plan.plannedOn"), type: "date" },
    detail(
      {
        name: "extent_of_resection",
        label: t("treatment.plan.extent"),
        type: "select",
        options: EXTENTS.map((value) => ({ value, label: t(`treatment.extent.${value}`) })),
      },
      surgery,
    ),
    detail({ name: "resection_percent", label: t("treatment.plan.percent"), type: "number", decimals: 1 }, surgery),
    detail(
      { name: "total_dose_gy", label: t("treatment.plan.dose"), type: "number", decimals: 2, required: true },
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
        options: TECHNIQUES.map((value) => ({ value, label: t(`treatment.technique.${value}`) })),
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

const NAMES = [
  "kind",
  "title",
  "planned_on",
  "extent_of_resection",
  "resection_percent",
  "total_dose_gy",
  "fractions",
  "technique",
  "target",
  "regimen",
  "note",
] as const;
const NULLABLE = ["planned_on", "resection_percent", "total_dose_gy", "fractions"];

function begunWith(plan: Plan): Values {
  const cycles = plan.cycles.map(({ cycle, day, drug, dose, unit }) => [cycle, day, drug, dose, unit]);
  return {
    ...asText(plan, NAMES),
    drugs: plan.drugs.join(", "),
    cycles: cycles.map((dose) => dose.join(", ")).join("\n"),
  };
}

/** Plans a treatment with the details of its kind, or changes one that has not ended. */
export function PlanForm({ patient, plan }: { patient: number; plan?: Plan }) {
  const { t } = useTranslation();
  const fields = useFields();
  const bodyOf = ({ drugs, cycles, ...values }: Values) => {
    const doses = parseLines(cycles ?? "", doseOf);
    if (doses.rows === null) throw notWritten("cycles", t("treatment.plan.cyclesWrong", { line: doses.wrong }));
    return {
      ...withNulls(values, NULLABLE),
      ...(drugs !== undefined && {
        drugs: drugs.split(",").flatMap((drug) => (drug.trim() ? [drug.trim()] : [])),
      }),
      ...(cycles !== undefined && { cycles: doses.rows }),
    };
  };
  const record = async (values: Values) => {
    const body = bodyOf(values);
    return plan
      ? unwrap(
          api.PATCH("/api/treatments/plans/{id}/", {
            params: { path: { id: plan.id } },
            headers: ifMatch(plan),
            body,
          }),
        )
      : unwrap(
          api.POST("/api/treatments/plans/", {
            body: { ...body, patient } as unknown as Schema["PlanInRequest"],
          }),
        );
  };
  return (
    <RecordForm
      patient={patient}
      title={t(plan ? "treatment.edit" : "treatment.plan.add")}
      fields={plan ? fields.filter(({ name }) => name !== "kind") : fields}
      {...(plan && { changes: plan.title })}
      initial={plan ? begunWith(plan) : { kind: "surgery" }}
      record={record}
    />
  );
}
