import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { QueryView } from "@/shared/QueryView";
import { JobActions } from "./JobActions";
import { JobSteps } from "./JobSteps";
import type { Job } from "./jobs";
import { Measurements } from "./Measurements";
import { useJob } from "./useJob";

/** A job as part of its study's page. */
export function JobSummary({ jobId }: { jobId: number }) {
  const job = useJob(jobId);
  return <QueryView query={job}>{(found) => <Summary job={found} />}</QueryView>;
}

function Summary({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      {job.error && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("ai.failed")}>
          <Text size="sm">{job.error.detail || job.error.code}</Text>
        </Alert>
      )}
      {job.result && (
        <Measurements
          result={job.result}
          review={job.review_status ?? "PENDING"}
          card={job.card}
        />
      )}
      <JobSteps job={job} />
      <Group gap="xs">
        {job.status === "COMPLETED" && (
          <Button component={Link} to={`/ai/jobs/${job.id}`} size="xs" variant="light">
            {t("ai.openResult")}
          </Button>
        )}
        <JobActions job={job} />
      </Group>
    </Stack>
  );
}
