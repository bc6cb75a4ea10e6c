import { Group } from "@mantine/core";
import type { Schema } from "@/api/client";
import { StatusBadge } from "@/shared/StatusBadge";

/** The one state that matters: the review's once there is a result, else the job's. */
export function JobStatus({ job }: { job: Pick<Schema["AIJobListOut"], "status" | "review_status"> }) {
  return (
    <Group gap={6} wrap="nowrap">
      {job.status === "COMPLETED" && job.review_status ? (
        <StatusBadge kind="review" value={job.review_status} />
      ) : (
        job.status && <StatusBadge kind="job" value={job.status} />
      )}
    </Group>
  );
}
