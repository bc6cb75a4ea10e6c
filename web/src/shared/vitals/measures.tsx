import { Badge, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import type { Field } from "@/shared/forms/fields";
import { unitText } from "@/shared/units";

export type Measure = Schema["VitalsTrendOut"]["measure"];

/** In the order of a vital signs sheet, with the unit (UCUM) and the decimals that are written. */
export const MEASURES = [
  { name: "systolic_mmhg", unit: "mm[Hg]", decimals: 0 },
  { name: "diastolic_mmhg", unit: "mm[Hg]", decimals: 0 },
  { name: "heart_rate", unit: "/min", decimals: 0 },
  { name: "respiratory_rate", unit: "/min", decimals: 0 },
  { name: "temperature_c", unit: "Cel", decimals: 1 },
  { name: "spo2_percent", unit: "%", decimals: 0 },
  { name: "weight_kg", unit: "kg", decimals: 2 },
  { name: "height_cm", unit: "cm", decimals: 1 },
  { name: "pain", unit: "{score}", decimals: 0 },
] as const satisfies { name: Measure; unit: string; decimals: number }[];

/** A value as it is written, with the unit of its measure; a score has none. */
export function withUnit(value: number | string, measure: Measure): string {
  const unit = unitText(MEASURES.find(({ name }) => name === measure)?.unit ?? "");
  return `${value} ${unit}`.trim();
}

export function useMeasureName(): (measure: Measure) => string {
  const { t } = useTranslation();
  return (measure) => t(`chart.vitals.measure.${measure}`);
}

const LEVELS = [
  "alert",
  "confusion",
  "voice",
  "pain",
  "unresponsive",
] as const satisfies Schema["Consciousness"][];

type Observation = Field & { name: "consciousness" | "supplemental_oxygen" };

/** What is observed besides the measures. */
export function useObservationFields(): Observation[] {
  const { t } = useTranslation();
  const levels = LEVELS.map((value) => ({ value, label: t(`ward.level.${value}`) }));
  return [
    {
      name: "consciousness",
      label: t("ward.measure.consciousness"),
      type: "select",
      options: levels,
      half: true,
    },
    {
      name: "supplemental_oxygen",
      label: t("ward.measure.supplemental_oxygen"),
      type: "known",
      options: [
        { value: "true", label: t("ward.onOxygen") },
        { value: "false", label: t("ward.onAir") },
      ],
      half: true,
    },
  ];
}

interface VitalValueProps {
  value: number;
  unit: string;
  flag: Schema["VitalFlag"] | null | undefined;
}

/** A value with its unit; outside its range in bold, with a word. */
export function VitalValue({ value, unit, flag }: VitalValueProps) {
  const { t } = useTranslation();
  const number = new Intl.NumberFormat(currentLanguage()).format(value);
  return (
    <Group gap={6} wrap="nowrap">
      <Text span size="sm" fw={flag ? 700 : 400} style={{ whiteSpace: "nowrap" }}>
        {`${number} ${unitText(unit)}`.trim()}
      </Text>
      {flag && (
        <Badge size="sm" color={flag === "high" ? "red" : "blue"} style={{ flexShrink: 0 }}>
          {t(`chart.vitals.${flag}`)}
        </Badge>
      )}
    </Group>
  );
}
