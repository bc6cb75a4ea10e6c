import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useJobTypeName } from "@/shared/jobTypes";
import { dateTime } from "@/shared/when";

type Spread = Schema["SpreadOut"];
const MINUTES_AN_HOUR = 60;

/** The figures of one part; the first column names what the row is of. */
function Figures({ label, heads, rows }: { label: string; heads: string[]; rows: ReactNode[][] }) {
  const { t } = useTranslation();
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("statistics.none")}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, row) => (
            <Table.Tr key={row}>
              {cells.map((cell, column) => (
                <Table.Td key={heads[column]}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** `48 min (132 min)`: median and 90th percentile. */
function useSpread(): (spread: Spread) => string {
  const { t } = useTranslation();
  const length = (minutes: number) =>
    minutes < 2 * MINUTES_AN_HOUR
      ? t("statistics.minutes", { value: Math.round(minutes) })
      : t("statistics.hours", { value: (minutes / MINUTES_AN_HOUR).toFixed(1) });
  return ({ median_minutes: median, p90_minutes: p90 }) =>
    median === null || p90 === null ? "–" : `${length(median)} (${length(p90)})`;
}

function Hint({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed" mb="xs">
      {text}
    </Text>
  );
}

export function TurnaroundTable({ rows }: { rows: Schema["TurnaroundOut"][] }) {
  const { t } = useTranslation();
  const spread = useSpread();
  const heads = (["reader", "reports", "opened", "preliminary", "signed"] as const).map((key) =>
    t(`statistics.turnaround.${key}`),
  );
  return (
    <>
      <Hint text={t("statistics.turnaround.hint")} />
      <Figures
        label={t("statistics.turnaround.title")}
        heads={[t("statistics.modality"), ...heads]}
        rows={rows.map(({ modality, reader, reports, opened, preliminary, signed }) => [
          modality || "–",
          reader?.full_name || reader?.username,
          reports,
          spread(opened),
          spread(preliminary),
          spread(signed),
        ])}
      />
    </>
  );
}

const AGES = ["under_1_hour", "under_4_hours", "under_1_day", "under_3_days", "over_3_days"] as const;

export function UnreadTable({ rows }: { rows: Schema["UnreadOut"][] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Hint text={t("statistics.unread.none")} />;
  const heads = (["studies", "overdue", ...AGES, "oldest"] as const).map((key) =>
    t(`statistics.unread.${key}`),
  );
  return (
    <Figures
      label={t("statistics.unread.title")}
      heads={[t("statistics.modality"), ...heads]}
      rows={rows.map((row) => [
        row.modality || "–",
        row.studies,
        row.overdue,
        ...AGES.map((age) => row[age]),
        dateTime(row.oldest_at),
      ])}
    />
  );
}

export function AiTable({ rows }: { rows: Schema["AiAgreementOut"][] }) {
  const { t } = useTranslation();
  const columns = ["model", "results", "approved", "corrected", "rejected", "waiting", "dice"] as const;
  return (
    <Figures
      label={t("statistics.ai.title")}
      heads={columns.map((key) => t(`statistics.ai.${key}`))}
      rows={rows.map((row) =>
        columns.map((key) => (key === "dice" ? (row.dice?.toFixed(3) ?? "–") : row[key])),
      )}
    />
  );
}

export function CriticalTable({ rows }: { rows: Schema["CriticalTimesOut"][] }) {
  const { t } = useTranslation();
  const spread = useSpread();
  const heads = (["category", "found", "open", "told", "readBack"] as const).map((key) =>
    t(`statistics.critical.${key}`),
  );
  return (
    <>
      <Hint text={t("statistics.critical.hint")} />
      <Figures
        label={t("statistics.critical.title")}
        heads={heads}
        rows={rows.map((row) => [
          t(`statistics.critical.name.${row.category}`),
          row.found,
          row.open,
          spread(row.told),
          spread(row.read_back),
        ])}
      />
    </>
  );
}

/** Median and 75th percentile of the studies that say it, with their number. */
function dose({ count, median, p75 }: Schema["DoseSpreadOut"]): string {
  return median === null || p75 === null ? "–" : `${median.toFixed(1)} (${p75.toFixed(1)}), n = ${count}`;
}

export function DoseTable({ rows }: { rows: Schema["DoseRowOut"][] }) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const heads = (["procedure", "month", "studies", "withoutReport", "ctdiVol", "dlp"] as const).map((key) =>
    t(`statistics.dose.${key}`),
  );
  return (
    <>
      <Hint text={t("statistics.dose.hint")} />
      <Figures
        label={t("statistics.dose.title")}
        heads={[t("statistics.modality"), ...heads]}
        rows={rows.map((row) => [
          row.modality || "–",
          jobTypeName(row.procedure) || "–",
          row.month,
          row.studies,
          row.without_report,
          dose(row.ctdi_vol),
          dose(row.dlp),
        ])}
      />
    </>
  );
}
