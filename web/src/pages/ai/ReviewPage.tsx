import { Button, Grid, NavLink, Pagination, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Schema } from "@/api/client";
import { jobsQuery } from "@/api/queries";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { useIdParam } from "@/shared/useIdParam";
import { JobDetail } from "./JobDetail";
import { patientOf } from "@/shared/ai/jobs";
import { useJobLine } from "@/shared/ai/useJobLine";
import { useJob } from "@/shared/ai/useJob";

const PAGE = 20;

/** The results that wait for a doctor: a list, and the chosen one beside it (below on a phone). */
export default function ReviewPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = useMediaQuery("(max-width: 62em)", undefined, { getInitialValueInEffect: false });
  const chosen = useIdParam("jobId");
  const [page, setPage] = useState(1);
  const queue = useQuery({
    ...jobsQuery({
      status: "COMPLETED",
      review_status: "PENDING",
      ordering: "-id",
      page,
      page_size: PAGE,
    }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const toNext = () => {
    const next = queue.data?.results.find(({ id }) => id !== chosen);
    void navigate(next ? `/ai/review/${next.id}` : "/ai/review");
  };
  const hasChosen = !Number.isNaN(chosen);
  const list = (
    <Section title={t("ai.queue")}>
      <QueryView query={queue} empty={t("ai.queueEmpty")} isEmpty={({ count }) => count === 0}>
        {({ count, results }) => (
          <Stack gap={2}>
            {results.map((job) => (
              <QueueEntry key={job.id} job={job} active={job.id === chosen} />
            ))}
            {count > PAGE && (
              <Pagination
                size="sm"
                mt="sm"
                value={page}
                onChange={setPage}
                total={Math.ceil(count / PAGE)}
                getItemProps={(number) => ({ "aria-label": t("list.page", { number }) })}
                getControlProps={(control) =>
                  control === "next" || control === "previous"
                    ? { "aria-label": t(`list.${control}`) }
                    : {}
                }
              />
            )}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
  const detail = hasChosen ? (
    <Chosen id={chosen} onReviewed={toNext} />
  ) : (
    <Text c="dimmed">{queue.data?.count ? t("ai.choose") : null}</Text>
  );
  return (
    <>
      <PageHeader title={t("ai.reviewTitle")}>
        {phone && hasChosen && (
          <Button
            component={Link}
            to="/ai/review"
            variant="default"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
          >
            {t("common.back")}
          </Button>
        )}
      </PageHeader>
      {phone ? (
        hasChosen ? (
          detail
        ) : (
          list
        )
      ) : (
        <Grid>
          <Grid.Col span={4}>{list}</Grid.Col>
          <Grid.Col span={8}>{detail}</Grid.Col>
        </Grid>
      )}
    </>
  );
}

function QueueEntry({ job, active }: { job: Schema["AIJobListOut"]; active: boolean }) {
  const { t } = useTranslation();
  const lineOf = useJobLine();
  return (
    <NavLink
      component={Link}
      to={`/ai/review/${job.id}`}
      active={active}
      aria-current={active ? "true" : undefined}
      label={patientOf(job) ?? t("common.unknown")}
      description={lineOf(job)}
    />
  );
}

function Chosen({ id, onReviewed }: { id: number; onReviewed: () => void }) {
  const job = useJob(id);
  return (
    <QueryView query={job} rows={6}>
      {(found) => <JobDetail job={found} onReviewed={onReviewed} />}
    </QueryView>
  );
}
