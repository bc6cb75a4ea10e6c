import { Badge, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { ifMatch, useRecording, visitsQuery, type Visit } from "./data";
import { RecordForm } from "./RecordForm";
import { RecordTable } from "./RecordTable";

const COLORS = { PLANNED: "blue", DONE: "teal", MISSED: "red", CANCELLED: "gray" } as const;
const MOVES = [
  ["DONE", "done"],
  ["MISSED", "missed"],
  ["CANCELLED", "cancel"],
] as const;

/** Visits that are planned, and those that were held or missed. */
export function Visits({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const visits = useQuery(visitsQuery(patient));
  const form = (
    <RecordForm
      patient={patient}
      title={t("treatment.visit.add")}
      fields={[
        { name: "planned_at", label: t("treatment.visit.at"), type: "datetime-local", required: true },
        { name: "purpose", label: t("treatment.visit.purpose"), type: "text", required: true },
        { name: "note", label: t("treatment.note"), type: "lines" },
      ]}
      record={({ planned_at = "", ...values }) =>
        unwrap(
          api.POST("/api/followups/visits/", {
            body: {
              ...values,
              patient,
              planned_at: new Date(planned_at).toISOString(),
            } as unknown as Schema["VisitInRequest"],
          }),
        )
      }
    />
  );
  return (
    <Section title={t("treatment.visits")} action={can("record_treatment") && form}>
      <QueryView query={visits}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.visits")}
            rows={results}
            patient={patient}
            columns={[
              { key: "at", header: t("treatment.visit.at"), render: (row) => dateTime(row.planned_at) },
              { key: "purpose", header: t("treatment.visit.purpose"), render: (row) => row.purpose },
              { key: "who", header: t("treatment.visit.clinician"), render: (row) => row.clinician_name },
              { key: "status", header: t("treatment.plan.kind"), render: (row) => <Status visit={row} /> },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

function Status({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const can = useCan();
  const moving = useRecording(visit.patient.id, (status: Schema["VisitStatus"]) =>
    unwrap(
      api.POST("/api/followups/visits/{id}/move/", {
        params: { path: { id: visit.id } },
        headers: ifMatch(visit),
        body: { status },
      }),
    ),
  );
  const due = new Date(visit.planned_at) <= new Date();
  const offered = MOVES.filter(([status]) => (status === "CANCELLED" ? !due : due));
  return (
    <Group gap="xs">
      <Badge color={COLORS[visit.status]}>{t(`treatment.visit.${visit.status}`)}</Badge>
      {visit.status === "PLANNED" &&
        can("record_treatment") &&
        offered.map(([status, verb]) => (
          <Button
            key={status}
            size="compact-xs"
            variant="default"
            loading={moving.isPending}
            onClick={() => {
              moving.mutate(status);
            }}
          >
            {t(`treatment.visit.${verb}`)}
          </Button>
        ))}
    </Group>
  );
}
