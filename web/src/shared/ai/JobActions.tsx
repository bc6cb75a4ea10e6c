import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { isRunning, type Job } from "./jobs";
import { useJobStep } from "./useJob";

/** Stop an analysis that runs, or run one again that failed. */
export function JobActions({ job }: { job: Job }) {
  const { t } = useTranslation();
  const can = useCan();
  const cancel = useJobStep(job.id, "cancel");
  const retry = useJobStep(job.id, "retry");
  if (!can("request_ai")) return null;
  return (
    <Group gap="xs">
      {job.status === "FAILED" && (
        <Button
          size="xs"
          variant="light"
          loading={retry.isPending}
          onClick={() => {
            retry.mutate();
          }}
        >
          {t("ai.retryJob")}
        </Button>
      )}
      {isRunning(job) && (
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          {t("ai.cancelJob")}
        </Button>
      )}
    </Group>
  );
}
