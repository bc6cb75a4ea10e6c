import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan, useUser } from "@/session/react";
import { askersOf, isRunning, type Job } from "./jobs";
import { useJobStep } from "./useJob";

/** The model refused the images or the values: another run ends the same. */
const REFUSED = "ERR_403";

/** Stop an analysis that runs, as far as nobody else asked for it; run one again that failed. */
export function JobActions({ job }: { job: Job }) {
  const { t } = useTranslation();
  const can = useCan();
  const cancel = useJobStep(job.id, "cancel");
  const retry = useJobStep(job.id, "retry");
  const { username } = useUser();
  const askers = askersOf(job);
  const others = askers.filter((one) => one.username !== username);
  const mayCancel = others.length === 0 || others.length < askers.length;
  const refused = job.error?.code === REFUSED;
  if (!can("request_ai")) return null;
  return (
    <Group gap="xs">
      {job.status === "FAILED" && refused && <Text size="sm">{t("ai.refusedForGood")}</Text>}
      {job.status === "FAILED" && !refused && (
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
      {isRunning(job) && mayCancel && others.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("ai.othersWait", { names: others.map((one) => one.full_name).join(", ") })}
        </Text>
      )}
      {isRunning(job) && mayCancel && (
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          {t(others.length > 0 ? "ai.withdrawRequest" : "ai.cancelJob")}
        </Button>
      )}
    </Group>
  );
}
