import { NavLink, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { jobsQuery } from "@/api/queries";
import { patientOf } from "@/shared/ai/jobs";
import { useJobLine } from "@/shared/ai/useJobLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { MoreThan } from "./MoreThan";
import { REFRESH_MS } from "./refresh";
import { ShowAll } from "./ShowAll";

const SHOWN = 6;

/** AI results that wait for a review, the oldest first. */
export function NextReviews() {
  const { t } = useTranslation();
  const jobs = useQuery({
    ...jobsQuery({ status: "COMPLETED", review_status: "PENDING", ordering: "id", page_size: SHOWN }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title={t("dashboard.nextReview")} action={<ShowAll to="/ai/review" />}>
      <QueryView query={jobs} empty={t("dashboard.nothing")} isEmpty={({ count }) => count === 0}>
        {({ count, results }) => <JobLinks jobs={results} count={count} to="/ai/review" />}
      </QueryView>
    </Section>
  );
}

/** Approved results that could not be published: nothing is shown while there are none. */
export function FailedPublications() {
  const { t } = useTranslation();
  const jobs = useQuery({
    ...jobsQuery({ publication_failed: true, ordering: "-id", page_size: SHOWN }),
    refetchInterval: REFRESH_MS,
  });
  if (!jobs.data?.count) return null;
  return (
    <Section title={t("dashboard.unpublished")}>
      <JobLinks jobs={jobs.data.results} count={jobs.data.count} to="/ai/jobs" />
    </Section>
  );
}

interface JobLinksProps {
  jobs: Schema["AIJobListOut"][];
  count: number;
  to: string;
}

function JobLinks({ jobs, count, to }: JobLinksProps) {
  const { t } = useTranslation();
  const lineOf = useJobLine();
  return (
    <>
      <Stack gap={2}>
        {jobs.map((job) => (
          <NavLink
            key={job.id}
            component={Link}
            px={0}
            to={`${to}/${job.id}`}
            label={patientOf(job) ?? t("common.unknown")}
            description={lineOf(job)}
          />
        ))}
      </Stack>
      <MoreThan shown={jobs.length} count={count} />
    </>
  );
}
