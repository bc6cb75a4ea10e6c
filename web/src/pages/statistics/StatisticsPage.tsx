import { Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconFileTypeCsv } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { addDays, dayOf } from "@/shared/days";
import { DownloadButton } from "@/shared/DownloadButton";
import { PageHeader } from "@/shared/PageHeader";
import { Plot } from "@/shared/plots/Plot";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { AiTable, CriticalTable, DoseTable, TurnaroundTable, UnreadTable } from "./tables";

type Figures = Schema["StatisticsOut"];
type Table = "turnaround" | "volumes" | "unread" | "ai" | "critical_results" | "dose";

interface Asked {
  since: string;
  until: string;
  modality: string;
}

const MONTH = 29;
const MINUTES_AN_HOUR = 60;

/** What the work of radiology came to: a reader sees the own, an administrator everybody's. */
export default function StatisticsPage() {
  const { t } = useTranslation();
  const today = dayOf(new Date());
  const [asked, setAsked] = useState<Asked>({ since: addDays(today, -MONTH), until: today, modality: "" });
  const figures = useQuery({
    queryKey: keys.statistics(asked),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/statistics/", { params: { query: asked }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader
        title={t("statistics.title")}
        subtitle={figures.data?.reader != null && t("statistics.own")}
      />
      <Filters asked={asked} onChange={setAsked} />
      <QueryView query={figures}>{(found) => <Parts figures={found} asked={asked} />}</QueryView>
    </>
  );
}

function Filters({ asked, onChange }: { asked: Asked; onChange: (asked: Asked) => void }) {
  const { t } = useTranslation();
  return (
    <Group role="search" aria-label={t("statistics.filters")} mb="sm" gap="sm" align="flex-end">
      {(["since", "until"] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={t(`statistics.${name}`)}
          value={asked[name]}
          onChange={(event) => {
            if (event.currentTarget.value) onChange({ ...asked, [name]: event.currentTarget.value });
          }}
        />
      ))}
      <TextInput
        label={t("statistics.modality")}
        maxLength={16}
        value={asked.modality}
        onChange={(event) => {
          onChange({ ...asked, modality: event.currentTarget.value.trim().toUpperCase() });
        }}
      />
    </Group>
  );
}

function Parts({ figures, asked }: { figures: Figures; asked: Asked }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Section title={t("statistics.turnaround.title")} action={<Csv table="turnaround" asked={asked} />}>
        <TurnaroundPlot figures={figures} />
        <TurnaroundTable rows={figures.turnaround} />
      </Section>
      <Section title={t("statistics.volumes.title")} action={<Csv table="volumes" asked={asked} />}>
        <VolumesPlot figures={figures} />
      </Section>
      <Section title={t("statistics.unread.title")} action={<Csv table="unread" asked={asked} />}>
        <UnreadTable rows={figures.unread} />
      </Section>
      <SimpleGrid cols={{ base: 1, xl: 2 }}>
        <Section title={t("statistics.ai.title")} action={<Csv table="ai" asked={asked} />}>
          <AiTable rows={figures.ai} />
        </Section>
        <Section
          title={t("statistics.critical.title")}
          action={<Csv table="critical_results" asked={asked} />}
        >
          <CriticalTable rows={figures.critical_results} />
        </Section>
      </SimpleGrid>
      <Section title={t("statistics.dose.title")} action={<Csv table="dose" asked={asked} />}>
        <DoseTable rows={figures.dose} />
      </Section>
    </Stack>
  );
}

function moment(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

function dayText(at: number): string {
  return calendarDate(dayOf(new Date(at)));
}

function TurnaroundPlot({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const line = (name: "median_minutes" | "p90_minutes") =>
    figures.turnaround_by_day.flatMap(({ day, signed }) => {
      const minutes = signed[name];
      return minutes === null ? [] : [{ x: moment(day), y: minutes / MINUTES_AN_HOUR }];
    });
  const median = line("median_minutes");
  if (median.length < 2) return null;
  return (
    <Plot
      label={t("statistics.turnaround.plot")}
      series={[
        { name: t("statistics.median"), points: median },
        { name: t("statistics.p90"), points: line("p90_minutes") },
      ]}
      xText={dayText}
    />
  );
}

function VolumesPlot({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const { volumes } = figures;
  if (volumes.every(({ arrived, signed }) => !arrived && !signed)) {
    return (
      <Text size="sm" c="dimmed">
        {t("statistics.none")}
      </Text>
    );
  }
  const arrived = volumes.flatMap(({ day, arrived: y }) => (y === null ? [] : [{ x: moment(day), y }]));
  const signed = volumes.map(({ day, signed: y }) => ({ x: moment(day), y }));
  return (
    <Plot
      label={t("statistics.volumes.title")}
      series={[
        { name: t("statistics.volumes.signed"), points: signed },
        ...(arrived.length > 0 ? [{ name: t("statistics.volumes.arrived"), points: arrived }] : []),
      ]}
      xText={dayText}
    />
  );
}

/** One table as CSV. */
function Csv({ table, asked }: { table: Table; asked: Asked }) {
  const { t } = useTranslation();
  return (
    <DownloadButton
      path={`/api/ris/statistics/csv/?${new URLSearchParams({ table, ...asked }).toString()}`}
      fileName={`${table}-${asked.since}-${asked.until}.csv`}
      icon={<IconFileTypeCsv size={16} aria-hidden />}
      label={t("statistics.csv")}
    />
  );
}
