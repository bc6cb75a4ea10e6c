import { Badge, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

const COLORS = { low: "teal", low_medium: "yellow", medium: "orange", high: "red" } as const;

/** The early warning score, or why there is none. */
export function NewsBadge({ news }: { news: Schema["EarlyWarningOut"] }) {
  const { t } = useTranslation();
  const { score, risk, refusal, missing, scale, parts } = news;
  if (score === null || risk === null) {
    return (
      <Stack gap={0}>
        <Text size="xs" c="dimmed">
          {t(`ward.news.${refusal ?? "nothing"}`)}
        </Text>
        {refusal === "incomplete" && (
          <Text size="xs" c="dimmed">
            {missing.map((name) => t(`ward.measure.${name}`)).join(", ")}
          </Text>
        )}
      </Stack>
    );
  }
  const counted = parts.filter(({ points }) => points > 0);
  return (
    <Stack gap={2} align="flex-start">
      <Badge color={COLORS[risk]} size="lg">
        {score}
      </Badge>
      <Text size="xs">{t(`ward.risk.${risk}`)}</Text>
      {counted.length > 0 && (
        <Text size="xs" c="dimmed">
          {counted.map(({ name, points }) => `${t(`ward.measure.${name}`)} ${points}`).join(", ")}
        </Text>
      )}
      {scale === 2 && (
        <Text size="xs" c="dimmed">
          {t("ward.scaleTwo")}
        </Text>
      )}
    </Stack>
  );
}
