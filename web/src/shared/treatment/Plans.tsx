import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { ifMatch, plansQuery, type Plan } from "./data";
import { CycleTable } from "./CycleTable";
import { PlanBar } from "./PlanBar";
import { HistoryButton } from "./HistoryButton";
import { PlanForm } from "./PlanForm";
import { RecordForm } from "./RecordForm";
import { RemoveButton } from "./RemoveButton";

const COLORS = { PLANNED: "blue", ACTIVE: "yellow", COMPLETED: "teal", STOPPED: "red" } as const;
const MOVES = {
  PLANNED: [["ACTIVE", "start"], ["STOPPED", "stop"]],
  ACTIVE: [["COMPLETED", "complete"], ["STOPPED", "stop"]],
  COMPLETED: [],
  STOPPED: [],
} as const satisfies Record<Schema["PlanStatus"], (readonly [Schema["PlanStatus"], string])[]>;

/** The treatments of a patient, as bars over time and one by one. */
export function Plans({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const plans = useQuery(plansQuery(patient));
  return (
    <Section
      title={t("treatment.plans")}
      action={can("record_treatment") && <PlanForm patient={patient} />}
    >
      <QueryView
        query={plans}
        empty={t("treatment.none")}
        isEmpty={({ results }) => results.length === 0}
      >
        {({ results }) => (
          <Stack>
            <PlanBar plans={results} />
            {results.map((plan) => (
              <OnePlan key={plan.id} plan={plan} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

function OnePlan({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <Group justify="space-between" align="flex-start">
      <div>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {plan.title}
          </Text>
          <Badge color={COLORS[plan.status]}>{t(`treatment.status.${plan.status}`)}</Badge>
        </Group>
        <Text size="sm">{[t(`treatment.kind.${plan.kind}`), ...useDetails(plan)].join(" · ")}</Text>
        <Text size="xs" c="dimmed">
          {[usePeriod(plan), plan.stop_reason, plan.note].filter(Boolean).join(" · ")}
        </Text>
        <CycleTable plan={plan} />
      </div>
      <Group gap="xs">
        {can("record_treatment") && MOVES[plan.status].length > 0 && (
          <PlanForm patient={plan.patient.id} plan={plan} />
        )}
        <HistoryButton patient={plan.patient.id} kind="plan" row={plan.id} what={plan.title} />
        {can("record_treatment") && (
          <RemoveButton
            patient={plan.patient.id}
            what={plan.title}
            remove={(reason) =>
              unwrap(
                api.DELETE("/api/treatments/plans/{id}/", {
                  params: { path: { id: plan.id } },
                  headers: ifMatch(plan),
                  body: { reason },
                }),
              )
            }
          />
        )}
        {can("record_treatment") && (
          <>
          {MOVES[plan.status].map(([status, verb]) => (
            <RecordForm
              key={`${status}-${plan.version}`}
              patient={plan.patient.id}
              title={t(`treatment.plan.${verb}`)}
              fields={[
                { name: "on", label: t("treatment.day"), type: "date", required: true },
                {
                  name: "reason",
                  label: t("treatment.plan.stopReason"),
                  type: "text",
                  required: true,
                  shown: () => status === "STOPPED",
                },
              ]}
              record={({ on = "", reason }) =>
                unwrap(
                  api.POST("/api/treatments/plans/{id}/move/", {
                    params: { path: { id: plan.id } },
                    headers: ifMatch(plan),
                    body: { status, on, ...(reason && { reason }) },
                  }),
                )
              }
            />
          ))}
          </>
        )}
      </Group>
    </Group>
  );
}

function useDetails(plan: Plan): string[] {
  const { t } = useTranslation();
  const { extent_of_resection: extent, technique, total_dose_gy: dose, fractions } = plan;
  return [
    extent && t(`treatment.extent.${extent}`),
    plan.resection_percent != null && `${plan.resection_percent} %`,
    dose != null && (fractions ? `${dose} Gy / ${fractions}` : `${dose} Gy`),
    technique && t(`treatment.technique.${technique}`),
    plan.target,
    plan.regimen,
    plan.drugs.join(", "),
  ].filter((part): part is string => Boolean(part));
}

function usePeriod({ started_on: from, ended_on: until, planned_on: planned }: Plan): string {
  const { t } = useTranslation();
  if (from && until) {
    return t("treatment.plan.period", { from: calendarDate(from), until: calendarDate(until) });
  }
  if (from) return t("treatment.plan.since", { from: calendarDate(from) });
  return planned ? t("treatment.plan.plannedFor", { from: calendarDate(planned) }) : "";
}
