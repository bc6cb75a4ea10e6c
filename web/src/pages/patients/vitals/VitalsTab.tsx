import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { localInput, type Field } from "@/shared/forms/fields";
import { dateTime } from "@/shared/when";
import { ChartSection } from "@/shared/chart/ChartSection";
import type { ChartRows } from "@/shared/chart/api";
import type { PanelProps } from "@/shared/chart/panel";
import { unitText } from "@/shared/units";
import { MEASURES, useMeasureName, VitalValue } from "@/shared/vitals/measures";
import { VitalsPlots } from "./VitalsPlots";

type Row = ChartRows["vitals"];

function useFields(): Field[] {
  const { t } = useTranslation();
  const nameOf = useMeasureName();
  return [
    { name: "measured_at", label: t("chart.vitals.at"), type: "datetime", required: true },
    ...MEASURES.map(({ name, unit, decimals }): Field => {
      const printed = unitText(unit);
      const label = printed ? `${nameOf(name)} (${printed})` : nameOf(name);
      return { name, label, type: "number", decimals, half: true };
    }),
  ];
}

function Values({ row }: { row: Row }) {
  const nameOf = useMeasureName();
  const flags = row.flags as Record<string, "low" | "high" | undefined>;
  return (
    <Stack gap={2}>
      {MEASURES.map(({ name, unit }) => {
        const value = row[name];
        if (value === null || value === undefined) return null;
        return (
          <div key={name} style={{ display: "flex", gap: 8, flexWrap: "wrap" }}>
            <Text span size="sm" c="dimmed">
              {nameOf(name)}
            </Text>
            <VitalValue value={value} unit={unit} flag={flags[name]} />
          </div>
        );
      })}
    </Stack>
  );
}

/** Vital signs: the trends, every measurement with its flags, and the form. */
export default function VitalsTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  const fields = useFields();
  return (
    <Stack>
      <ChartSection
        kind="vitals"
        patient={patient.id}
        title={t("chart.vitals.title")}
        add={t("chart.vitals.add")}
        empty={t("chart.vitals.empty")}
        needs="record_vitals"
        fields={fields}
        initial={() => ({ measured_at: localInput(new Date()) })}
        nameOf={(row) => dateTime(row.measured_at)}
        filters={{ ordering: "-measured_at", page_size: 50 }}
        columns={[
          { key: "at", header: t("chart.vitals.at"), lead: true, render: (row) => dateTime(row.measured_at) },
          { key: "values", header: t("chart.vitals.values"), render: (row) => <Values row={row} /> },
          { key: "by", header: t("chart.by"), render: (row) => row.recorded_by_name },
        ]}
      />
      <VitalsPlots patient={patient.id} />
    </Stack>
  );
}
