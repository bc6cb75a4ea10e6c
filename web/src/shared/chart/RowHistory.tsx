import { Table, Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Field } from "@/shared/forms/fields";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { historyQuery, type Change, type ChartKind } from "./api";
import { linesOf } from "./changes";

interface RowHistoryProps {
  kind: ChartKind | "patients";
  patient: number;
  id: number;
  fields: Field[];
}

/** Who wrote and changed a row, when, and from what to what; newest first. */
export function RowHistory({ kind, patient, id, fields }: RowHistoryProps) {
  const { t } = useTranslation();
  const history = useQuery(historyQuery(kind, patient, id));
  return (
    <QueryView query={history} empty={t("chart.noHistory")} isEmpty={({ count }) => count === 0}>
      {({ results }) => (
        <Timeline bulletSize={14} lineWidth={2}>
          {results.map((change) => (
            <Timeline.Item key={change.id} title={t(`chart.change.${change.action}`)}>
              <Text size="xs" c="dimmed">
                {`${change.actor?.full_name ?? "OpenEMR"} · ${dateTime(change.at)}`}
              </Text>
              <Lines change={change} fields={fields} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </QueryView>
  );
}

/** Set in the ward, so in no form of the chart. */
function newsFields(t: TFunction): Field[] {
  return [
    {
      name: "spo2_scale",
      label: t("ward.scale"),
      type: "select",
      options: [
        { value: "1", label: t("ward.scaleOneLabel") },
        { value: "2", label: t("ward.scaleTwoLabel") },
      ],
    },
    {
      name: "pregnant",
      label: t("ward.pregnant"),
      type: "known",
      options: [
        { value: "true", label: t("common.yes") },
        { value: "false", label: t("common.no") },
      ],
    },
  ];
}

function Lines({ change, fields }: { change: Change; fields: Field[] }) {
  const { t } = useTranslation();
  const labels = {
    deleted_reason: t("chart.deleteReason"),
    stop_reason: t("chart.medication.stopReason"),
    stopped_at: t("chart.medication.stoppedAt"),
    warnings_reason: t("chart.medication.warningsReason"),
    code: t("chart.code"),
    prescribed_at: t("chart.medication.prescribedAt"),
    drug_code: t("chart.code"),
    encounter_id: t("chart.notes.encounter"),
  };
  const lines = linesOf(change, [...fields, ...newsFields(t)], labels);
  if (lines.length === 0) return null;
  return (
    <Table aria-label={t(`chart.change.${change.action}`)} mt={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("chart.field")}</Table.Th>
          <Table.Th scope="col">{t("chart.before")}</Table.Th>
          <Table.Th scope="col">{t("chart.after")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map(({ label, before, after }) => (
          <Table.Tr key={label}>
            <Table.Th scope="row">{label}</Table.Th>
            <Table.Td style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{before || "–"}</Table.Td>
            <Table.Td style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{after || "–"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
