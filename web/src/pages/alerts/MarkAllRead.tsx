import { Button } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMarkRead, useUnread } from "./data";

export function MarkAllRead() {
  const { t } = useTranslation();
  const { data: unread = 0 } = useUnread();
  const read = useMarkRead();
  return (
    <Button
      variant="subtle"
      size="xs"
      leftSection={<IconChecks size={16} aria-hidden />}
      disabled={unread === 0}
      loading={read.isPending}
      onClick={() => {
        read.mutate(undefined);
      }}
    >
      {t("alerts.markAllRead")}
    </Button>
  );
}
