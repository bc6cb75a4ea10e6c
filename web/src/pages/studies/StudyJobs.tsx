import { Accordion, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBrain, IconFileImport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { jobsQuery } from "@/api/queries";
import { JobStatus } from "@/shared/ai/JobStatus";
import { JobSummary } from "@/shared/ai/JobSummary";
import { useCan } from "@/session/react";
import { isByModel, isRunning, modelName, POLL_MS } from "@/shared/ai/jobs";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { ImportSegmentation } from "./ImportSegmentation";
import { RequestAi } from "./RequestAi";

/** The AI analyses of a study, the newest open, and the way to another. */
export function StudyJobs({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const can = useCan();
  const [importing, importDialog] = useDisclosure();
  const [chosen, setChosen] = useState<string | null | undefined>();
  const jobs = useQuery({
    ...jobsQuery({ study_instance_uid: study.study_instance_uid, ordering: "-id", page_size: 50 }),
    refetchInterval: ({ state }) => (state.data?.results.some(isRunning) ? POLL_MS : false),
  });
  return (
    <Section
      title={t("ai.jobs")}
      action={
        <Group gap="xs">
          {can("review_ai") && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconFileImport size={16} aria-hidden />}
              onClick={importDialog.open}
            >
              {t("ai.import.button")}
            </Button>
          )}
          <Button
            size="xs"
            variant="light"
            leftSection={<IconBrain size={16} aria-hidden />}
            onClick={open}
          >
            {t("ai.request")}
          </Button>
        </Group>
      }
    >
      <QueryView query={jobs} empty={t("ai.noJobs")} isEmpty={({ count }) => count === 0}>
        {({ results }) => {
          const opened = chosen === undefined ? String(results[0]?.id) : chosen;
          return (
            <Accordion value={opened} onChange={setChosen} order={3}>
              {results.map((job) => (
                <Accordion.Item key={job.id} value={String(job.id)}>
                  <Accordion.Control>
                    <Group justify="space-between" wrap="nowrap">
                      <Stack gap={0} miw={0}>
                        <Text size="sm" fw={500} truncate>
                          {isByModel(job)
                            ? t("ai.modelVersion", {
                                name: modelName(job.model),
                                version: job.model.version,
                              })
                            : modelName(job.model)}
                        </Text>
                        <Text size="xs" c="dimmed">
                          {t("ai.requestedBy", {
                            name: job.requested_by_name || (job.requested_by ?? ""),
                            at: dateTime(job.created_at),
                          })}
                        </Text>
                      </Stack>
                      <JobStatus job={job} />
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    {opened === String(job.id) && <JobSummary jobId={job.id} />}
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          );
        }}
      </QueryView>
      <ImportSegmentation study={study} opened={importing} onClose={importDialog.close} />
      <RequestAi study={study} opened={asking} onClose={close} />
    </Section>
  );
}
