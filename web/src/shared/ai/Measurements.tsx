import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { percent } from "@/shared/format";
import { unitText } from "@/shared/units";
import { outputName } from "./outputName";

interface MeasurementsProps {
  result: Schema["ResultOut"];
  review: Schema["ReviewStatus"];
  /** Of the model in the version that ran. */
  card: Schema["ModelOut"] | null;
  /** Of a rule: its one class is a conclusion, not the likeliest of several. */
  certain?: boolean;
}

const STATES = { APPROVED: "approved", PENDING: "pending", REJECTED: "rejected" } as const;

/** What the model found: volumes of the mask, other quantities, the probability of each class. */
export function Measurements({ result, review, card, certain }: MeasurementsProps) {
  const { t } = useTranslation();
  const nameOf = outputName(card);
  const rows = [
    ...result.measurements.map(({ label, volume_ml }) => ({
      label,
      text: t("ai.ml", { value: volume_ml }),
    })),
    ...result.quantities.map(({ label, value, unit }) => ({
      label,
      text: t("ai.quantity", { value, ucum: unitText(unit) }).trim(),
    })),
    ...result.classes.map(({ label, probability }) => ({
      label,
      text: certain ? t("ai.rule.conclusion") : percent(probability),
    })),
  ];
  return (
    <>
      {result.version !== null && (
        <Text size="xs" c="dimmed">
          {t(`ai.volumesOf.${STATES[review]}`, { version: result.version })}
        </Text>
      )}
      {rows.map(({ label, text }) => (
        <Group key={label} justify="space-between">
          <Text size="sm">{nameOf(label)}</Text>
          <Text size="sm" fw={600}>
            {text}
          </Text>
        </Group>
      ))}
    </>
  );
}
