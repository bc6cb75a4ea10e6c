import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { localInput, type Field } from "@/shared/forms/fields";
import { dateTime } from "@/shared/when";
import type { Schema } from "@/api/client";
import { ChartSection } from "@/shared/chart/ChartSection";
import type { PanelProps } from "@/shared/chart/panel";

const KINDS = ["outpatient", "inpatient", "emergency"] as const satisfies Schema["EncounterKind"][];

function useFields(): Field[] {
  const { t } = useTranslation();
  const options = KINDS.map((value) => ({ value, label: t(`patients.encounterKind.${value}`) }));
  return [
    { name: "kind", label: t("chart.encounters.kind"), type: "select", required: true, options, half: true },
    { name: "location", label: t("chart.encounters.location"), type: "text", maxLength: 100, half: true },
    { name: "started_at", label: t("chart.encounters.start"), type: "datetime", required: true, half: true },
    { name: "ended_at", label: t("chart.encounters.end"), type: "datetime", half: true },
    { name: "reason", label: t("chart.encounters.reason"), type: "text", required: true, maxLength: 300 },
    { name: "note", label: t("chart.encounters.note"), type: "lines", maxLength: 10_000 },
  ];
}

/** Visits and stays. */
export default function EncountersTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  return (
    <ChartSection
      kind="encounters"
      patient={patient.id}
      title={t("chart.encounters.title")}
      add={t("chart.encounters.add")}
      empty={t("chart.encounters.empty")}
      needs="edit_encounter"
      fields={useFields()}
      initial={() => ({ kind: "outpatient", started_at: localInput(new Date()) })}
      nameOf={(row) => `${t(`patients.encounterKind.${row.kind}`)} ${dateTime(row.started_at)}`}
      columns={[
        {
          key: "kind",
          header: t("chart.encounters.kind"),
          lead: true,
          render: (row) => t(`patients.encounterKind.${row.kind}`),
        },
        {
          key: "when",
          header: t("chart.encounters.when"),
          render: ({ started_at, ended_at }) => (
            <>
              <Text size="sm">{dateTime(started_at)}</Text>
              <Text size="xs" c="dimmed">
                {ended_at ? `– ${dateTime(ended_at)}` : t("chart.encounters.ongoing")}
              </Text>
            </>
          ),
        },
        {
          key: "reason",
          header: t("chart.encounters.reason"),
          render: ({ reason, note }) => (
            <>
              {reason && <Text size="sm">{reason}</Text>}
              {note && (
                <Text size="xs" c="dimmed" lineClamp={3} style={{ whiteSpace: "pre-wrap" }}>
                  {note}
                </Text>
              )}
            </>
          ),
        },
        { key: "where", header: t("chart.encounters.location"), render: (row) => row.location },
        { key: "by", header: t("chart.encounters.clinician"), render: (row) => row.clinician_name },
      ]}
    />
  );
}
