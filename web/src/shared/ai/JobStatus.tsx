import { Badge, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { StatusBadge } from "@/shared/StatusBadge";

interface JobStatusProps {
  job: Pick<Schema["AIJobListOut"], "status" | "review_status" | "sources_moved">;
}

/** The one state that matters: the review's once there is a result, else the job's. */
export function JobStatus({ job }: JobStatusProps) {
  const { t } = useTranslation();
  return (
    <Group gap={6} wrap="nowrap">
      {job.sources_moved && <Badge color="red">{t("ai.sourcesMoved.title")}</Badge>}
      {job.status === "COMPLETED" && job.review_status ? (
        <StatusBadge kind="review" value={job.review_status} />
      ) : (
        job.status && <StatusBadge kind="job" value={job.status} />
      )}
    </Group>
  );
}
