import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { localInput, readable, type Field } from "@/shared/forms/fields";
import type { Column } from "@/shared/DataTable";
import { dateTime } from "@/shared/when";
import { ChartSection } from "@/shared/chart/ChartSection";
import type { ChartRows } from "@/shared/chart/api";
import type { PanelProps } from "@/shared/chart/panel";
import { unitText } from "@/shared/units";
import { MEASURES, useMeasureName, useObservationFields, VitalValue } from "@/shared/vitals/measures";
import { VitalsPlots } from "./VitalsPlots";

type Row = ChartRows["vitals"];

function useFields(): Field[] {
  const { t } = useTranslation();
  const nameOf = useMeasureName();
  const observations = useObservationFields();
  return [
    { name: "measured_at", label: t("chart.vitals.at"), type: "datetime", required: true },
    ...MEASURES.map(({ name, unit, decimals }): Field => {
      const printed = unitText(unit);
      const label = printed ? `${nameOf(name)} (${printed})` : nameOf(name);
      return { name, label, type: "number", decimals, half: true };
    }),
    ...observations,
  ];
}

/** One column for each measure and observation, the blood pressures together. */
function useColumns(): Column<Row>[] {
  const { t } = useTranslation();
  const nameOf = useMeasureName();
  const observations = useObservationFields();
  const headed = (name: string, unit: string) => [name, unitText(unit) && `(${unitText(unit)})`].join(" ").trim();
  const value = (row: Row, { name }: (typeof MEASURES)[number]) => {
    const found = row[name];
    const flags: Partial<Record<string, unknown>> = row.flags;
    const flag = flags[name] === "low" || flags[name] === "high" ? flags[name] : null;
    return found == null ? null : <VitalValue key={name} value={found} unit="" flag={flag} />;
  };
  const [systolic, diastolic, ...others] = MEASURES;
  return [
    { key: "at", header: t("chart.vitals.at"), lead: true, render: (row) => dateTime(row.measured_at) },
    {
      key: "pressure",
      header: headed(t("chart.vitals.bloodPressure"), systolic.unit),
      render: (row) => [value(row, systolic), value(row, diastolic)],
    },
    ...others.map(
      (measure): Column<Row> => ({
        key: measure.name,
        header: headed(nameOf(measure.name), measure.unit),
        render: (row) => value(row, measure),
      }),
    ),
    ...observations.map(
      (field): Column<Row> => ({
        key: field.name,
        header: field.label,
        render: (row) => readable(field, String(row[field.name] ?? "")),
      }),
    ),
    { key: "by", header: t("chart.by"), render: (row) => row.recorded_by_name },
  ];
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
        columns={useColumns()}
      />
      <VitalsPlots patient={patient.id} />
    </Stack>
  );
}
