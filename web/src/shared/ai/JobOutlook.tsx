import { Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isRunning, type Job } from "./jobs";

/** The place of a waiting analysis, how far a running one is, and how long it will still take, as far as anybody knows. */
export function JobOutlook({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { progress, expected_wait_s: wait, place } = job.outlook;
  if (!isRunning(job) || (progress === null && wait === null && place === null)) return null;
  const percent = Math.round(100 * (progress ?? 0));
  return (
    <Stack gap={4} mb="sm">
      {progress !== null && progress > 0 && (
        <Progress value={percent} aria-label={t("ai.progress", { percent })} />
      )}
      {place !== null && <Text size="sm">{t("ai.place", { place })}</Text>}
      {wait !== null && (
        <Text size="sm">{t("ai.expectedWait", { seconds: Math.max(1, Math.round(wait)) })}</Text>
      )}
    </Stack>
  );
}
