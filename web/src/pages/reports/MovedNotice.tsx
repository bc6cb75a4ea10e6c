import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { dateTime } from "@/shared/when";
import type { Autosave } from "./autosave";
import { changeReport, useRefresh, type Report } from "./data";

interface MovedNoticeProps {
  report: Report;
  /** Of an open report: whoever writes it says that its text is right for the patient. */
  autosave?: Autosave;
}

/** The study was moved to another patient after the text was written. */
export function MovedNotice({ report, autosave }: MovedNoticeProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const check = useMutation({
    mutationFn: async () => {
      if (!autosave || !(await autosave.flush())) return null;
      return changeReport(report.id, autosave.getState().version, { patient_checked: true });
    },
    onSuccess: async (checked) => {
      if (!checked) return;
      autosave?.stepped(checked);
      await refresh(checked);
    },
  });
  if (!report.moved_at) return null;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("reports.moved.title")}>
      <Group justify="space-between">
        <Text size="sm">
          {t(autosave ? "reports.moved.check" : "reports.moved.amend", {
            at: dateTime(report.moved_at),
          })}
        </Text>
        {autosave && (
          <Button
            size="compact-sm"
            color="red"
            variant="light"
            loading={check.isPending}
            onClick={() => {
              check.mutate();
            }}
          >
            {t("reports.moved.checked")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
