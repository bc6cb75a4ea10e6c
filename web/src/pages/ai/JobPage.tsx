import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { useIdParam } from "@/shared/useIdParam";
import { JobDetail } from "./JobDetail";
import { JobStatus } from "@/shared/ai/JobStatus";
import { useJob } from "@/shared/ai/useJob";

/** One AI result; alerts lead here. */
export default function JobPage() {
  const { t } = useTranslation();
  const job = useJob(useIdParam("jobId"));
  return (
    <>
      <PageHeader title={t("ai.jobTitle")}>{job.data && <JobStatus job={job.data} />}</PageHeader>
      <QueryView query={job} rows={6}>
        {(found) => <JobDetail job={found} />}
      </QueryView>
    </>
  );
}
