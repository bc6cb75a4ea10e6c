import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useSegmentName } from "./useSegmentName";

interface VolumesProps {
  result: Schema["ResultOut"];
  modelId: string;
}

/** What the model measured, in ml. */
export function Volumes({ result, modelId }: VolumesProps) {
  const { t } = useTranslation();
  const nameOf = useSegmentName(modelId);
  return result.measurements.map(({ label, volume_ml }) => (
    <Group key={label} justify="space-between">
      <Text size="sm">{nameOf(label)}</Text>
      <Text size="sm" fw={600}>
        {t("ai.ml", { value: volume_ml })}
      </Text>
    </Group>
  ));
}
