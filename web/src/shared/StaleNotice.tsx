import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "./when";

interface StaleNoticeProps {
  readAt: number;
  onRetry: () => void;
}

/** Above data that could not be read again. */
export function StaleNotice({ readAt, onRetry }: StaleNoticeProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" role="status" mb="xs">
      <Text size="xs" c="var(--mantine-color-error)">
        {t("common.notRefreshed", { at: dateTime(new Date(readAt).toISOString()) })}
      </Text>
      <Button variant="subtle" size="compact-xs" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </Group>
  );
}
