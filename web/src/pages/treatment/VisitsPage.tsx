import { Anchor, Button, Chip, Group, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { visitsQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { addDays, dayOf, mondayOf } from "@/shared/days";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import type { Visit } from "@/shared/treatment/data";
import { VisitStatus } from "@/shared/treatment/VisitStatus";
import { calendarDate, clock } from "@/shared/when";
import { byDay } from "./byDay";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST = 200;

/** The follow-up visits of a week, day by day; `?from=` names a day of it. */
export default function VisitsPage() {
  const { t } = useTranslation();
  const { id } = useUser();
  const responsible = useCan()("record_treatment");
  const [params, setParams] = useSearchParams();
  const [mine, setMine] = useState(responsible);
  const asked = params.get("from") ?? "";
  const monday = mondayOf(DAY.test(asked) ? asked : dayOf(new Date()));
  const sunday = addDays(monday, 6);
  const visits = useQuery({
    ...visitsQuery({
      from: monday,
      to: sunday,
      ...(mine && { clinician: id }),
      ordering: "planned_at",
      page_size: MOST,
    }),
    placeholderData: keepPreviousData,
  });
  const show = (day: string) => {
    setParams({ from: day }, { preventScrollReset: true });
  };
  return (
    <>
      <PageHeader title={t("visits.title")} subtitle={`${calendarDate(monday)} – ${calendarDate(sunday)}`}>
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            show(addDays(monday, -7));
          }}
        >
          {t("visits.before")}
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            show(dayOf(new Date()));
          }}
        >
          {t("visits.thisWeek")}
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            show(addDays(monday, 7));
          }}
        >
          {t("visits.after")}
        </Button>
      </PageHeader>
      <Stack>
        {responsible && (
          <Group>
            <Chip checked={mine} onChange={setMine}>
              {t("visits.mine")}
            </Chip>
          </Group>
        )}
        <QueryView query={visits} rows={6} empty={t("visits.none")} isEmpty={({ count }) => count === 0}>
          {({ count, results }) => (
            <Stack>
              {byDay(results).map(([day, rows]) => (
                <Section key={day} title={calendarDate(day)}>
                  <Day day={day} visits={rows} />
                </Section>
              ))}
              {count > results.length && (
                <Text size="sm" c="dimmed">
                  {t("dashboard.more", { count: count - results.length })}
                </Text>
              )}
            </Stack>
          )}
        </QueryView>
      </Stack>
    </>
  );
}

function Day({ day, visits }: { day: string; visits: Visit[] }) {
  const { t } = useTranslation();
  const label = `${t("visits.title")} ${calendarDate(day)}`;
  return (
    <Table.ScrollContainer type="native" minWidth={560} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {[t("visits.time"), t("orders.patient"), t("treatment.visit.purpose")].map((header) => (
              <Table.Th key={header} scope="col">
                {header}
              </Table.Th>
            ))}
            <Table.Th scope="col">{t("treatment.visit.clinician")}</Table.Th>
            <Table.Th scope="col">{t("orders.status")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {visits.map((visit) => (
            <Table.Tr key={visit.id}>
              <Table.Td>{clock(visit.planned_at)}</Table.Td>
              <Table.Td>
                <Anchor component={Link} to={`/patients/${visit.patient.id}/treatment`} size="sm">
                  {`${visit.patient.full_name} · ${visit.patient.patient_id}`}
                </Anchor>
              </Table.Td>
              <Table.Td>{visit.purpose}</Table.Td>
              <Table.Td>{visit.clinician_name}</Table.Td>
              <Table.Td>
                <VisitStatus visit={visit} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
