import { Alert, Button, Group, Text } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { dateTime } from "@/shared/when";
import type { Autosave, SaveState } from "./autosave";

/** What was saved last and when, and what is not saved yet. */
export function SaveLine({ autosave, state }: { autosave: Autosave; state: SaveState }) {
  const { t } = useTranslation();
  const { phase, version, savedAt, error } = state;
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {[
          t("reports.save.last", { at: dateTime(savedAt), version }),
          phase === "saving" || phase === "waiting" ? t(`reports.save.${phase}`) : "",
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      {phase === "unreachable" && (
        <Alert
          color="orange"
          role="alert"
          icon={<IconCloudOff aria-hidden />}
          title={t("reports.save.unreachable")}
        >
          <Group justify="space-between">
            <Text size="sm">{t("reports.save.kept")}</Text>
            <Button size="compact-sm" variant="light" onClick={() => void autosave.flush()}>
              {t("common.retry")}
            </Button>
          </Group>
        </Alert>
      )}
      {phase === "refused" && (
        <ErrorNotice error={error} detailed onRetry={() => void autosave.flush()} />
      )}
    </>
  );
}
