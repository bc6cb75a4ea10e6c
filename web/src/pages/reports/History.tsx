import { Accordion, Anchor, List, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { ordersQuery, studyQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { chartQuery } from "@/shared/chart/api";
import { ageSex } from "@/shared/format";
import { SeriesTree } from "@/shared/images/SeriesTree";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { reportsQuery } from "@/shared/reports/queries";
import { calendarDate } from "@/shared/when";

type Study = Schema["StudyDetailOut"];
const SHOWN = 10;

/** Whose study it is, what is known of the patient, and all their images as a tree. */
export function History({ study }: { study: Study }) {
  const { t } = useTranslation();
  const can = useCan();
  const { patient } = study;
  return (
    <Stack gap="md">
      <div>
        <Title order={1} size="h4">
          {patient.full_name}
        </Title>
        <Text size="sm" c="dimmed">
          {patient.patient_id} · {ageSex(study, t)}
        </Text>
        <Anchor component={Link} to={`/studies/${study.study_instance_uid}`} size="sm">
          {t("reports.read.leave")}
        </Anchor>
      </div>
      {study.clinical_question && (
        <Part title={t("studies.clinicalQuestion")}>
          <Text size="sm">{study.clinical_question}</Text>
        </Part>
      )}
      {can("view_encounter") && <Problems patient={patient.id} />}
      {can("view_order") && <Orders patient={patient.id} />}
      <PriorReports study={study} />
      <Part title={t("reports.read.studies")}>
        <StudyTree study={study} />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <Title order={2} size="h6" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Problems({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const problems = useQuery(chartQuery("problems", { patient, page_size: SHOWN, status: "active" }));
  return (
    <Part title={t("reports.read.problems")}>
      <QueryView query={problems} empty={t("reports.read.none")} isEmpty={({ results }) => !results.length}>
        {({ results }) => (
          <List size="sm" listStyleType="none">
            {results.map(({ id, text }) => (
              <List.Item key={id}>{text}</List.Item>
            ))}
          </List>
        )}
      </QueryView>
    </Part>
  );
}

function Orders({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const orders = useQuery(ordersQuery({ patient, page_size: SHOWN, ordering: "-ordered_at" }));
  return (
    <Part title={t("reports.read.orders")}>
      <QueryView query={orders} empty={t("reports.read.none")} isEmpty={({ results }) => !results.length}>
        {({ results }) => (
          <List size="sm" listStyleType="none">
            {results.map(({ id, job_type, ordered_at, status }) => (
              <List.Item key={id}>
                <Anchor component={Link} to={`/orders/${id}`} size="sm" target="_blank">
                  {jobTypeName(job_type)}
                </Anchor>{" "}
                <Text span size="xs" c="dimmed">
                  {[calendarDate(ordered_at.slice(0, 10)), status && t(`status.order.${status}`)].filter(Boolean).join(" · ")}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </QueryView>
    </Part>
  );
}

/** The patient's signed reports on other studies, each in a window of its own. */
function PriorReports({ study }: { study: Study }) {
  const { t } = useTranslation();
  const reports = useQuery(
    reportsQuery({ patient: study.patient.id, in_force: true, ordering: "-signed_at", page_size: SHOWN }),
  );
  return (
    <Part title={t("reports.read.reports")}>
      <QueryView query={reports} empty={t("reports.read.none")} isEmpty={({ results }) => !priors(results, study).length}>
        {({ results }) => (
          <List size="sm" listStyleType="none">
            {priors(results, study).map((one) => (
              <List.Item key={one.id}>
                <Anchor
                  component={Link}
                  to={`/studies/${one.study_instance_uid}/report?report=${one.id}`}
                  size="sm"
                  target="_blank"
                >
                  {one.study.description || t("studies.noDescription")}
                </Anchor>{" "}
                <Text span size="xs" c="dimmed">
                  {t(`status.report.${one.status}`)}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </QueryView>
    </Part>
  );
}

const priors = (reports: Schema["ReportRowOut"][], study: Study) =>
  reports.filter((one) => one.study_instance_uid !== study.study_instance_uid);

/** Studies, the present one first; opened, their series, and of a series its images. */
function StudyTree({ study }: { study: Study }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(study.study_instance_uid);
  return (
    <Accordion variant="contained" order={3} value={open} onChange={setOpen}>
      {[study, ...study.priors, ...study.other_studies].map((one) => (
        <Accordion.Item key={one.study_instance_uid} value={one.study_instance_uid}>
          <Accordion.Control>
            <Text size="sm" fw={one === study ? 600 : undefined}>
              {one.study_date ? calendarDate(one.study_date) : t("studies.noDate")} · {one.modality}
            </Text>
            <Text size="xs" c="dimmed">
              {one.description || t("studies.noDescription")}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            {open === one.study_instance_uid && <Series uid={one.study_instance_uid} />}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Series({ uid }: { uid: string }) {
  const study = useQuery(studyQuery(uid));
  return (
    <QueryView query={study} rows={3}>
      {({ series }) => <SeriesTree series={series.filter(({ images }) => images > 0)} />}
    </QueryView>
  );
}
