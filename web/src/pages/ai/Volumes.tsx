import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

/** What the model measured, in ml. */
export function Volumes({ result }: { result: Schema["ResultOut"] }) {
  const { t } = useTranslation();
  return result.measurements.map(({ label, volume_ml }) => (
    <Group key={label} justify="space-between">
      <Text size="sm">{label}</Text>
      <Text size="sm" fw={600}>
        {t("ai.ml", { value: volume_ml })}
      </Text>
    </Group>
  ));
}
