import { NavLink, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { jobsQuery } from "@/api/queries";
import { patientOf } from "@/shared/ai/jobs";
import { useJobLine } from "@/shared/ai/useJobLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { ShowAll } from "./ShowAll";

export function NextReviews() {
  const { t } = useTranslation();
  const lineOf = useJobLine();
  const jobs = useQuery(
    jobsQuery({ status: "COMPLETED", review_status: "PENDING", ordering: "-id", page_size: 6 }),
  );
  return (
    <Section title={t("dashboard.nextReview")} action={<ShowAll to="/ai/review" />}>
      <QueryView query={jobs} empty={t("dashboard.nothing")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack gap={2}>
            {results.map((job) => (
              <NavLink
                key={job.id}
                component={Link}
                px={0}
                to={`/ai/review/${job.id}`}
                label={patientOf(job) ?? t("common.unknown")}
                description={lineOf(job)}
              />
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
