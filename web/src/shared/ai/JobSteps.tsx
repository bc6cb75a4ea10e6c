import { Text, Timeline } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "@/shared/when";
import { JobOutlook } from "./JobOutlook";
import classes from "./JobSteps.module.css";
import { stepsOf, type Job } from "./jobs";
import { PublicationFailed } from "./PublicationFailed";

/** From the request to the report in the record, step by step, and how long the present one will take. */
export function JobSteps({ job }: { job: Job }) {
  const { t } = useTranslation();
  const steps = stepsOf(job);
  const active = steps.filter(({ at }) => at !== null).length - 1;
  return (
    <>
      <JobOutlook job={job} />
      {job.publication.status === "FAILED" && <PublicationFailed job={job} />}
      <Timeline active={active} bulletSize={14} lineWidth={2} aria-label={t("ai.steps.title")}>
        {steps.map(({ step, at }, index) => (
          <Timeline.Item
            key={`${step}-${index}`}
            className={classes.step}
            lineVariant={at ? "solid" : "dashed"}
            title={
              <Text size="sm" {...(!at && { c: "dimmed" })}>
                {t(`ai.steps.${step}`)}
              </Text>
            }
          >
            {at && (
              <Text size="xs" c="dimmed">
                {dateTime(at)}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </>
  );
}
