import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { AdverseForm, EventForm, PerformanceForm, usePlanChoices } from "./CourseForms";
import { adverseQuery, eventsQuery, ifMatch, performanceQuery } from "./data";
import { RecordTable } from "./RecordTable";
import { useTermName } from "./terms";

/** What happened in the treatments. */
export function Events({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const events = useQuery(eventsQuery(patient));
  const plans = usePlanChoices(patient);
  const given = ({ cycle, fractions }: Schema["CourseEventOut"]) => {
    if (cycle != null) return t("treatment.event.cycleNumber", { number: cycle });
    return fractions != null && t("treatment.event.fractionCount", { count: fractions });
  };
  const titles = new Map(plans.map(({ value, label }) => [Number(value), label]));
  return (
    <Section
      title={t("treatment.events")}
      action={can("record_treatment") && <EventForm patient={patient} />}
    >
      <QueryView query={events}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.events")}
            kind="event"
            rows={results}
            patient={patient}
            edit={(row, name) => <EventForm patient={patient} row={row} name={name} />}
            remove={(row, reason) =>
              unwrap(
                api.DELETE("/api/treatments/events/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                  body: { reason },
                }),
              )
            }
            columns={[
              { key: "on", header: t("treatment.day"), render: (row) => calendarDate(row.occurred_on) },
              { key: "kind", header: t("treatment.event.kind"), render: (row) => t(`treatment.event.${row.kind}`) },
              { key: "plan", header: t("treatment.event.plan"), render: (row) => titles.get(row.plan) },
              { key: "given", header: t("treatment.event.given"), render: given },
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
  const termName = useTermName();
  return (
    <Section
      title={t("treatment.adverse")}
      action={can("record_treatment") && <AdverseForm patient={patient} />}
    >
      <QueryView query={adverse}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.adverse")}
            kind="adverse_event"
            rows={results}
            patient={patient}
            edit={(row, name) => <AdverseForm patient={patient} row={row} name={name} />}
            remove={(row, reason) =>
              unwrap(
                api.DELETE("/api/treatments/adverse-events/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                  body: { reason },
                }),
              )
            }
            columns={[
              {
                key: "term",
                header: t("treatment.adverseEvent.term"),
                render: ({ term }) => termName(term),
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

/** Karnofsky and ECOG. */
export function Performance({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const performance = useQuery(performanceQuery(patient));
  return (
    <Section
      title={t("treatment.performance")}
      action={can("record_treatment") && <PerformanceForm patient={patient} />}
    >
      <QueryView query={performance}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.performance")}
            kind="performance"
            rows={results}
            patient={patient}
            edit={(row, name) => <PerformanceForm patient={patient} row={row} name={name} />}
            remove={(row, reason) =>
              unwrap(
                api.DELETE("/api/treatments/performance/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                  body: { reason },
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
