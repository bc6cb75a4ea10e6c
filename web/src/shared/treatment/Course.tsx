import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { currentLanguage } from "@/i18n";
import { adverseQuery, eventsQuery, ifMatch, performanceQuery, plansQuery, termsQuery } from "./data";
import { RecordForm } from "./RecordForm";
import { RecordTable } from "./RecordTable";

const EVENTS = [
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

function usePlanChoices(patient: number) {
  const plans = useQuery(plansQuery(patient));
  return (plans.data?.results ?? []).map(({ id, title }) => ({ value: String(id), label: title }));
}

/** What happened in the treatments. */
export function Events({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const events = useQuery(eventsQuery(patient));
  const plans = usePlanChoices(patient);
  const titles = new Map(plans.map(({ value, label }) => [Number(value), label]));
  const form = (
    <RecordForm
      patient={patient}
      title={t("treatment.event.add")}
      fields={[
        { name: "plan", label: t("treatment.event.plan"), type: "select", required: true, data: plans },
        {
          name: "kind",
          label: t("treatment.event.kind"),
          type: "select",
          required: true,
          data: EVENTS.map((value) => ({ value, label: t(`treatment.event.${value}`) })),
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
      ]}
      record={(values) =>
        unwrap(
          api.POST("/api/treatments/events/", { body: values as unknown as Schema["CourseEventInRequest"] }),
        )
      }
    />
  );
  return (
    <Section title={t("treatment.events")} action={can("record_treatment") && form}>
      <QueryView query={events}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.events")}
            rows={results}
            patient={patient}
            remove={(row) =>
              unwrap(
                api.DELETE("/api/treatments/events/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                }),
              )
            }
            columns={[
              { key: "on", header: t("treatment.day"), render: (row) => calendarDate(row.occurred_on) },
              { key: "kind", header: t("treatment.event.kind"), render: (row) => t(`treatment.event.${row.kind}`) },
              { key: "plan", header: t("treatment.event.plan"), render: (row) => titles.get(row.plan) },
              { key: "number", header: t("treatment.event.cycle"), render: (row) => row.cycle ?? row.fractions },
              { key: "note", header: t("treatment.note"), render: (row) => row.note },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

/** Adverse events by CTCAE. */
export function AdverseEvents({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const adverse = useQuery(adverseQuery(patient));
  const terms = useQuery(termsQuery);
  const plans = usePlanChoices(patient);
  const korean = new Map(terms.data?.map(({ term, ko }) => [term, ko]));
  const form = (
    <RecordForm
      patient={patient}
      title={t("treatment.adverseEvent.add")}
      initial={{ attribution: "possible", action_taken: "none" }}
      fields={[
        {
          name: "term",
          label: t("treatment.adverseEvent.term"),
          hint: t("treatment.adverseEvent.termHint"),
          type: "suggest",
          required: true,
          suggestions: (terms.data ?? []).map(({ term }) => term),
        },
        {
          name: "grade",
          label: t("treatment.adverseEvent.grade"),
          type: "select",
          required: true,
          data: ["1", "2", "3", "4", "5"].map((value) => ({ value, label: value })),
        },
        { name: "onset_on", label: t("treatment.adverseEvent.onset"), type: "date", required: true },
        { name: "ended_on", label: t("treatment.adverseEvent.end"), type: "date" },
        {
          name: "attribution",
          label: t("treatment.adverseEvent.attribution"),
          type: "select",
          required: true,
          data: ATTRIBUTIONS.map((value) => ({ value, label: t(`treatment.adverseEvent.${value}`) })),
        },
        {
          name: "action_taken",
          label: t("treatment.adverseEvent.action"),
          type: "select",
          required: true,
          data: ACTIONS.map((value) => ({ value, label: t(`treatment.adverseEvent.${value}`) })),
        },
        { name: "plan", label: t("treatment.event.plan"), type: "select", data: plans },
        { name: "note", label: t("treatment.note"), type: "lines" },
      ]}
      record={(values) =>
        unwrap(
          api.POST("/api/treatments/adverse-events/", {
            body: { ...values, patient } as unknown as Schema["AdverseEventInRequest"],
          }),
        )
      }
    />
  );
  return (
    <Section title={t("treatment.adverse")} action={can("record_treatment") && form}>
      <QueryView query={adverse}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.adverse")}
            rows={results}
            patient={patient}
            remove={(row) =>
              unwrap(
                api.DELETE("/api/treatments/adverse-events/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                }),
              )
            }
            columns={[
              {
                key: "term",
                header: t("treatment.adverseEvent.term"),
                render: ({ term }) => (currentLanguage() === "ko" && korean.get(term)) || term,
              },
              { key: "grade", header: t("treatment.adverseEvent.grade"), render: (row) => row.grade },
              {
                key: "onset",
                header: t("treatment.adverseEvent.onset"),
                render: (row) => calendarDate(row.onset_on),
              },
              {
                key: "end",
                header: t("treatment.adverseEvent.end"),
                render: (row) =>
                  row.ended_on ? calendarDate(row.ended_on) : t("treatment.adverseEvent.ongoing"),
              },
              {
                key: "attribution",
                header: t("treatment.adverseEvent.attribution"),
                render: (row) => t(`treatment.adverseEvent.${row.attribution}`),
              },
              {
                key: "action",
                header: t("treatment.adverseEvent.action"),
                render: (row) => t(`treatment.adverseEvent.${row.action_taken}`),
              },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

const scores = (values: number[]) => values.map((value) => ({ value: String(value), label: String(value) }));

/** Karnofsky and ECOG. */
export function Performance({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const performance = useQuery(performanceQuery(patient));
  const form = (
    <RecordForm
      patient={patient}
      title={t("treatment.performanceAdd")}
      fields={[
        { name: "assessed_on", label: t("treatment.day"), type: "date", required: true },
        {
          name: "karnofsky",
          label: t("treatment.karnofsky"),
          type: "select",
          data: scores([100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0]),
        },
        { name: "ecog", label: t("treatment.ecog"), type: "select", data: scores([0, 1, 2, 3, 4, 5]) },
      ]}
      record={(values) =>
        unwrap(
          api.POST("/api/treatments/performance/", {
            body: { ...values, patient } as unknown as Schema["PerformanceInRequest"],
          }),
        )
      }
    />
  );
  return (
    <Section title={t("treatment.performance")} action={can("record_treatment") && form}>
      <QueryView query={performance}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.performance")}
            rows={results}
            patient={patient}
            remove={(row) =>
              unwrap(
                api.DELETE("/api/treatments/performance/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                }),
              )
            }
            columns={[
              { key: "on", header: t("treatment.day"), render: (row) => calendarDate(row.assessed_on) },
              { key: "karnofsky", header: t("treatment.karnofsky"), render: (row) => row.karnofsky },
              { key: "ecog", header: t("treatment.ecog"), render: (row) => row.ecog },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}
