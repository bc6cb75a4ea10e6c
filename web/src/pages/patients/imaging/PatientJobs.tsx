import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { jobsQuery } from "@/api/queries";
import { JobStatus } from "@/shared/ai/JobStatus";
import { useJobLine } from "@/shared/ai/useJobLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { RequestRule } from "./RequestRule";

const SHOWN = 20;

/** The newest AI analyses of the patient, and the way to a score or rule. */
export function PatientJobs({ patient }: { patient: { id: number; patient_id: string } }) {
  const { t } = useTranslation();
  const line = useJobLine();
  const [asking, { open, close }] = useDisclosure();
  const jobs = useQuery(jobsQuery({ patient: patient.id, ordering: "-id", page_size: SHOWN }));
  return (
    <Section
      title={t("ai.jobs")}
      action={
        <Button size="xs" variant="light" onClick={open}>
          {t("ai.rule.request")}
        </Button>
      }
    >
      <QueryView query={jobs} empty={t("ai.noJobs")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack gap={6}>
            {results.map((job) => (
              <Group key={job.id} justify="space-between" wrap="nowrap" align="flex-start">
                {job.status === "COMPLETED" ? (
                  <Anchor component={Link} to={`/ai/jobs/${job.id}`} size="sm">
                    {line(job)}
                  </Anchor>
                ) : (
                  <Text size="sm">{line(job)}</Text>
                )}
                <JobStatus job={job} />
              </Group>
            ))}
          </Stack>
        )}
      </QueryView>
      <RequestRule patient={patient} opened={asking} onClose={close} />
    </Section>
  );
}
