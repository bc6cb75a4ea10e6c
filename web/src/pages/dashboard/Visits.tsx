import { Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { visitsQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { addDays, dayOf } from "@/shared/days";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { MoreThan } from "./MoreThan";
import { REFRESH_MS } from "./refresh";
import { ShowAll } from "./ShowAll";

const SHOWN = 6;
const AHEAD = 7;

/** The visits of the next days: a doctor's own, a patient's own, and all for those who receive them. */
export function NextVisits() {
  const { t } = useTranslation();
  const { id, role } = useUser();
  const today = dayOf(new Date());
  const visits = useQuery({
    ...visitsQuery({
      ...(useCan()("record_treatment") && { clinician: id }),
      from: today,
      to: addDays(today, role === "patient" ? 365 : AHEAD),
      status: "PLANNED",
      ordering: "planned_at",
      page_size: SHOWN,
    }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title={t("dashboard.visits")} action={<ShowAll to="/visits" />}>
      <QueryView query={visits} empty={t("dashboard.noVisits")} isEmpty={({ count }) => count === 0}>
        {({ count, results }) => (
          <>
            <Stack gap="sm">
              {results.map((visit) => (
                <UnstyledButton key={visit.id} component={Link} to={`/patients/${visit.patient.id}/treatment`}>
                  <Text size="sm" fw={500}>
                    {role === "patient" ? visit.purpose : `${visit.patient.full_name} · ${visit.purpose}`}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {`${dateTime(visit.planned_at)} · ${visit.clinician_name}`}
                  </Text>
                </UnstyledButton>
              ))}
            </Stack>
            <MoreThan shown={results.length} count={count} />
          </>
        )}
      </QueryView>
    </Section>
  );
}
