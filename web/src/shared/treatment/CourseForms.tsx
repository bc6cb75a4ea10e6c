import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { asText, ifMatch, plansQuery, withNulls } from "./data";
import type { Field, Values } from "@/shared/forms/fields";
import { RecordForm } from "./RecordForm";
import { useTermName, useTerms } from "./terms";

export const EVENTS = [
  "operation_done",
  "fractions_given",
  "cycle_given",
  "dose_changed",
  "delayed",
  "complication",
  "other",
] as const;
const ATTRIBUTIONS = ["unrelated", "unlikely", "possible", "probable", "definite"] as const;
const ACTIONS = [
  "none",
  "dose_reduced",
  "interrupted",
  "stopped",
  "medication",
  "hospitalised",
  "other",
] as const;

/** A form for a new record, or for one that is changed; `name`: what the table calls the row. */
interface FormProps<Row> {
  patient: number;
  row?: Row;
  name?: string;
}

export function usePlanChoices(patient: number) {
  const plans = useQuery(plansQuery(patient));
  return (plans.data?.results ?? []).map(({ id, title }) => ({ value: String(id), label: title }));
}

const EVENT_NAMES = ["plan", "kind", "occurred_on", "cycle", "fractions", "note"] as const;

export function EventForm({ patient, row, name }: FormProps<Schema["CourseEventOut"]>) {
  const { t } = useTranslation();
  const plan: Field = {
    name: "plan",
    label: t("treatment.event.plan"),
    type: "select",
    required: true,
    options: usePlanChoices(patient),
  };
  const fields: Field[] = [
    ...(row ? [] : [plan]),
    {
      name: "kind",
      label: t("treatment.event.kind"),
      type: "select",
      required: true,
      options: EVENTS.map((value) => ({ value, label: t(`treatment.event.${value}`) })),
    },
    { name: "occurred_on", label: t("treatment.day"), type: "date", required: true },
    {
      name: "cycle",
      label: t("treatment.event.cycle"),
      type: "number",
      required: true,
      shown: ({ kind }) => kind === "cycle_given",
    },
    {
      name: "fractions",
      label: t("treatment.event.fractions"),
      type: "number",
      required: true,
      shown: ({ kind }) => kind === "fractions_given",
    },
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
  return (
    <RecordForm
      patient={patient}
      title={t(row ? "treatment.edit" : "treatment.event.add")}
      {...(row && name && { changes: name, initial: asText(row, EVENT_NAMES) })}
      fields={fields}
      record={(values) => {
        const body = withNulls(values, ["cycle", "fractions"]);
        return row
          ? unwrap(
              api.PATCH("/api/treatments/events/{id}/", {
                params: { path: { id: row.id } },
                headers: ifMatch(row),
                body,
              }),
            )
          : unwrap(api.POST("/api/treatments/events/", { body: body as unknown as Schema["CourseEventInRequest"] }));
      }}
    />
  );
}

const ADVERSE_NAMES = [
  "term",
  "grade",
  "onset_on",
  "ended_on",
  "attribution",
  "action_taken",
  "plan",
  "note",
] as const;

function useAdverseFields(patient: number): Field[] {
  const { t } = useTranslation();
  const terms = useTerms();
  const plans = usePlanChoices(patient);
  return [
    {
      name: "term",
      label: t("treatment.adverseEvent.term"),
      hint: t("treatment.adverseEvent.termHint"),
      type: "suggest",
      required: true,
      suggestions: terms,
    },
    {
      name: "grade",
      label: t("treatment.adverseEvent.grade"),
      type: "select",
      required: true,
      options: ["1", "2", "3", "4", "5"].map((value) => ({ value, label: value })),
    },
    { name: "onset_on", label: t("treatment.adverseEvent.onset"), type: "date", required: true },
    { name: "ended_on", label: t("treatment.adverseEvent.end"), type: "date" },
    {
      name: "attribution",
      label: t("treatment.adverseEvent.attribution"),
      type: "select",
      required: true,
      options: ATTRIBUTIONS.map((value) => ({ value, label: t(`treatment.adverseEvent.${value}`) })),
    },
    {
      name: "action_taken",
      label: t("treatment.adverseEvent.action"),
      type: "select",
      required: true,
      options: ACTIONS.map((value) => ({ value, label: t(`treatment.adverseEvent.${value}`) })),
    },
    { name: "plan", label: t("treatment.event.plan"), type: "select", options: plans },
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
}

export function AdverseForm({ patient, row, name }: FormProps<Schema["AdverseEventOut"]>) {
  const { t } = useTranslation();
  const termName = useTermName();
  const begun: Values = row
    ? { ...asText(row, ADVERSE_NAMES), term: termName(row.term) }
    : { attribution: "possible", action_taken: "none" };
  return (
    <RecordForm
      patient={patient}
      title={t(row ? "treatment.edit" : "treatment.adverseEvent.add")}
      {...(row && name && { changes: name })}
      initial={begun}
      fields={useAdverseFields(patient)}
      record={(values) => {
        const body = withNulls(values, ["ended_on", "plan"]);
        return row
          ? unwrap(
              api.PATCH("/api/treatments/adverse-events/{id}/", {
                params: { path: { id: row.id } },
                headers: ifMatch(row),
                body,
              }),
            )
          : unwrap(
              api.POST("/api/treatments/adverse-events/", {
                body: { ...body, patient } as unknown as Schema["AdverseEventInRequest"],
              }),
            );
      }}
    />
  );
}

const scores = (values: number[]) => values.map((value) => ({ value: String(value), label: String(value) }));
const PERFORMANCE_NAMES = ["assessed_on", "karnofsky", "ecog", "note"] as const;

export function PerformanceForm({ patient, row, name }: FormProps<Schema["PerformanceOut"]>) {
  const { t } = useTranslation();
  const fields: Field[] = [
    { name: "assessed_on", label: t("treatment.day"), type: "date", required: true },
    {
      name: "karnofsky",
      label: t("treatment.karnofsky"),
      type: "select",
      options: scores([100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0]),
    },
    { name: "ecog", label: t("treatment.ecog"), type: "select", options: scores([0, 1, 2, 3, 4, 5]) },
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
  return (
    <RecordForm
      patient={patient}
      title={t(row ? "treatment.edit" : "treatment.performanceAdd")}
      {...(row && name && { changes: name, initial: asText(row, PERFORMANCE_NAMES) })}
      fields={fields}
      record={(values) => {
        const body = withNulls(values, ["karnofsky", "ecog"]);
        return row
          ? unwrap(
              api.PATCH("/api/treatments/performance/{id}/", {
                params: { path: { id: row.id } },
                headers: ifMatch(row),
                body,
              }),
            )
          : unwrap(
              api.POST("/api/treatments/performance/", {
                body: { ...body, patient } as unknown as Schema["PerformanceInRequest"],
              }),
            );
      }}
    />
  );
}
