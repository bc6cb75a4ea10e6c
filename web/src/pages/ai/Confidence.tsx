import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { percent } from "@/shared/format";

/** What the model says of itself; what the numbers mean is in its card. */
export function Confidence({ result }: { result: Schema["ResultOut"] }) {
  const { t } = useTranslation();
  const facts: [string, string | null][] = [
    [t("ai.confidence"), result.confidence === null ? null : percent(result.confidence)],
    [t("ai.risk"), result.risk_score === null ? null : percent(result.risk_score)],
    [t("ai.processing"), t("ai.seconds", { value: result.processing_time })],
  ];
  return facts.map(
    ([label, value]) =>
      value && (
        <Group key={label} justify="space-between">
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          <Text size="sm">{value}</Text>
        </Group>
      ),
  );
}
