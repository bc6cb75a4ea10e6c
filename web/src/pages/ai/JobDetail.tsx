import { Alert, Anchor, Box, Button, Grid, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconEye } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "@/session/react";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { Confidence } from "./Confidence";
import { isByModel, modelName, patientOf, studyOf, type Job } from "@/shared/ai/jobs";
import { JobActions } from "@/shared/ai/JobActions";
import { JobSteps } from "@/shared/ai/JobSteps";
import { ModelCard } from "./ModelCard";
import { ReviewForm } from "./ReviewForm";
import { Versions } from "./Versions";
import { FactsTable } from "@/shared/ai/FactsTable";
import { Measurements } from "@/shared/ai/Measurements";
import { Reasoning } from "@/shared/ai/Reasoning";

/** Of the space it gets, as it stands alone or beside the queue. */
const BREAKPOINTS = { xs: "400px", sm: "500px", md: "600px", lg: "900px", xl: "1200px" };

interface JobDetailProps {
  job: Job;
  onReviewed?: () => void;
}

/** Everything a doctor needs to decide on a result. */
export function JobDetail({ job, onReviewed }: JobDetailProps) {
  const { t } = useTranslation();
  const can = useCan();
  const byModel = isByModel(job);
  return (
    <Grid type="container" breakpoints={BREAKPOINTS}>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          <Section
            title={
              byModel
                ? t("ai.modelVersion", { name: modelName(job.model), version: job.model.version })
                : modelName(job.model)
            }
            action={
              can("view_dicom") &&
              job.study_instance_uid && (
                <Button
                  component={Link}
                  to={`/viewer/${job.study_instance_uid}?job=${job.id}`}
                  size="xs"
                  leftSection={<IconEye size={16} aria-hidden />}
                >
                  {t("studies.openViewer")}
                </Button>
              )
            }
          >
            <Result job={job} />
          </Section>
          {job.facts.length > 0 && <FactsTable facts={job.facts} patient={job.patient} />}
          {job.result && <Reasoning statements={job.result.statements} />}
          {job.result && job.review_status === "PENDING" && can("review_ai") && (
            <ReviewForm key={job.id} job={job} {...(onReviewed && { onReviewed })} />
          )}
          {job.reviewed_at && <Decision job={job} />}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <Section title={t("ai.steps.title")}>
            <JobSteps job={job} />
            <JobActions job={job} />
          </Section>
          {job.segmentation !== null && <Versions segmentationId={job.segmentation} />}
          {byModel && <ModelCard card={job.card} />}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

/** Whose images, which examination and series, and who asked. */
function About({ job }: { job: Job }) {
  const { t } = useTranslation();
  const facts = [
    job.study?.accession_number && t("ai.accession", { number: job.study.accession_number }),
    job.series_description && t("ai.series", { name: job.series_description }),
    t("ai.requestedBy", {
      name: job.requested_by_name || (job.requested_by ?? ""),
      at: dateTime(job.created_at),
    }),
  ];
  return (
    <Stack gap={2}>
      <Text size="sm" fw={500}>
        {patientOf(job) ?? t("common.unknown")}
      </Text>
      {job.study_instance_uid ? (
        <Anchor component={Link} to={`/studies/${job.study_instance_uid}`} size="sm">
          {studyOf(job) || t("studies.noDescription")}
        </Anchor>
      ) : (
        <Anchor component={Link} to={`/patients/${job.patient}`} size="sm">
          {t("ai.rule.record")}
        </Anchor>
      )}
      <Text size="sm" c="dimmed">
        {facts.filter(Boolean).join(" · ")}
      </Text>
    </Stack>
  );
}

function Result({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { result, error } = job;
  return (
    <Stack gap="sm">
      <About job={job} />
      {job.sources_moved && (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title={t("ai.sourcesMoved.title")}
        >
          {t("ai.sourcesMoved.text")}
        </Alert>
      )}
      {error && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("ai.failed")}>
          {error.detail || error.code}
        </Alert>
      )}
      {result && (
        <>
          {result.warnings.length > 0 && (
            <Alert
              color="orange"
              icon={<IconAlertTriangle aria-hidden />}
              title={t("ai.warnings")}
            >
              <List size="sm">
                {result.warnings.map((warning) => (
                  <List.Item key={warning}>{warning}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {result.preview_png && (
            <Box bg="#000" ta="center" style={{ borderRadius: "var(--mantine-radius-sm)" }}>
              <img
                src={`data:image/png;base64,${result.preview_png}`}
                alt={t("ai.preview")}
                style={{ maxWidth: "100%", maxHeight: 360 }}
              />
            </Box>
          )}
          <Measurements
            result={result}
            review={job.review_status ?? "PENDING"}
            card={job.card}
            certain={job.model.kind === "rule"}
          />
          {isByModel(job) && <Confidence result={result} />}
        </>
      )}
    </Stack>
  );
}

function Decision({ job }: { job: Job }) {
  const { t } = useTranslation();
  if (!job.reviewed_at || !job.review_status) return null;
  return (
    <Section title={t("ai.review.title")}>
      <Text size="sm">
        {t("ai.review.done", {
          decision: t(`status.review.${job.review_status}`),
          name: job.reviewed_by_name || job.reviewed_by || t("common.unknown"),
          at: dateTime(job.reviewed_at),
        })}
      </Text>
      {job.review_comment && <Text size="sm">{job.review_comment}</Text>}
    </Section>
  );
}
