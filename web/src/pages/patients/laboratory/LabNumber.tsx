import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { LabFlag } from "@/shared/lab/LabFlag";
import { unitText } from "@/shared/units";

/** A value with its flag; an amended one says what it was. */
export function LabNumber({ value, unit }: { value: Schema["LabValueOut"]; unit: string }) {
  const { t } = useTranslation();
  const { text, flag, corrected_from } = value;
  return (
    <Group gap={6} wrap="nowrap">
      <Text span size="sm" fw={flag ? 700 : 400} style={{ whiteSpace: "nowrap" }}>
        {`${text ?? ""} ${unitText(unit)}`.trim()}
      </Text>
      <LabFlag flag={flag} />
      {corrected_from != null && (
        <Text span size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {t("chart.laboratory.correctedFrom", { value: corrected_from })}
        </Text>
      )}
    </Group>
  );
}
