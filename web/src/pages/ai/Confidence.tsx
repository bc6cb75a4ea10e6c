import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { percent } from "@/shared/format";

/** What the model says of itself, under the name of what it is. */
export function Confidence({ result }: { result: Schema["ResultOut"] }) {
  const { t } = useTranslation();
  const { confidence, risk_score: risk } = result;
  return (
    <Stack gap={4}>
      {confidence !== null && (
        <>
          <Fact
            label={t("ai.probability")}
            value={t("ai.fraction", { value: confidence })}
          />
          <Text size="xs" c="dimmed">
            {t("ai.probabilityHint")}
          </Text>
        </>
      )}
      {risk !== null && <Fact label={t("ai.risk")} value={percent(risk)} />}
      <Fact label={t("ai.processing")} value={t("ai.seconds", { value: result.processing_time })} />
    </Stack>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm">{value}</Text>
    </Group>
  );
}
