import { Badge, Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { ifMatch, useRecording, type Visit } from "./data";

const COLORS = { PLANNED: "blue", DONE: "teal", MISSED: "red", CANCELLED: "gray" } as const;
const MOVES = [
  ["DONE", "done"],
  ["MISSED", "missed"],
  ["CANCELLED", "cancel"],
] as const;

/** How far a visit is, and what may be recorded of it now. */
export function VisitStatus({ visit }: { visit: Visit }) {
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
      {moving.isError && <ErrorNotice error={moving.error} />}
    </Group>
  );
}
