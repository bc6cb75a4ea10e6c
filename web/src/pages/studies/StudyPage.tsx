import { Alert, Anchor, Badge, Button, Grid, Group, Stack, Text } from "@mantine/core";
import { IconEye, IconFileText, IconFileTypePdf, IconInfoCircle, IconReportMedical } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Schema } from "@/api/client";
import { studyQuery } from "@/api/queries";
import { useCan, useIsStaff, useUser } from "@/session/react";
import { DownloadButton } from "@/shared/DownloadButton";
import { ageSex, dicomTime } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { ShareButton } from "@/shared/shares/ShareButton";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate } from "@/shared/when";
import { StudyDose } from "./StudyDose";
import { Htj2kState } from "./Htj2kState";
import { pollInterval } from "./htj2kProgress";
import { MoveSeries } from "./MoveSeries";
import { ReadingState } from "./ReadingState";
import { SeriesTree } from "@/shared/images/SeriesTree";
import { StudyMeasurements } from "./StudyMeasurements";
import { StudyJobs } from "./StudyJobs";
import { StudyRegistrations } from "./StudyRegistrations";
import { StudyRelations } from "./StudyRelations";
import { WrongPatient } from "./WrongPatient";

type Study = Schema["StudyDetailOut"];

export default function StudyPage() {
  const { t } = useTranslation();
  const { studyInstanceUid = "" } = useParams();
  const study = useQuery({
    ...studyQuery(studyInstanceUid),
    refetchInterval: ({ state }) => pollInterval(state.data?.htj2k, state.dataUpdateCount),
  });
  return (
    <>
      {!study.data && <PageHeader title={t("studies.page")} />}
      <QueryView query={study} rows={6}>
        {(found) => <StudyView study={found} />}
      </QueryView>
    </>
  );
}

function Facts({ study }: { study: Study }) {
  const { t } = useTranslation();
  const can = useCan();
  const { patient, study_date, study_time, modalities, accession_number } = study;
  const name = `${patient.full_name} (${patient.patient_id})`;
  return (
    <Group gap="xs">
      {can("view_patient") ? (
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm">
          {name}
        </Anchor>
      ) : (
        <Text size="sm">{name}</Text>
      )}
      <Text size="sm" title={t("studies.ageAtStudy")}>
        {ageSex(study, t)}
      </Text>
      {study.priority && study.priority !== "routine" && (
        <StatusBadge kind="priority" value={study.priority} />
      )}
      <Text size="sm">
        {study_date ? `${calendarDate(study_date)} ${dicomTime(study_time)}` : t("studies.noDate")}
      </Text>
      {modalities.map((modality) => (
        <Badge key={modality} color="gray">
          {modality}
        </Badge>
      ))}
      {accession_number && (
        <Text size="sm" className="mono" title={t("studies.accession")}>
          {accession_number}
        </Text>
      )}
    </Group>
  );
}

/** The PDFs that a patient brought. */
function Documents({ study }: { study: Study }) {
  const { t } = useTranslation();
  const documents = study.series.filter(({ modality }) => modality === "DOC");
  return documents.map(({ series_instance_uid: uid, description }) => (
    <Group key={uid} mt="sm">
      <Badge color="gray">DOC</Badge>
      <Text size="sm">{description || t("studies.noDescription")}</Text>
      <DownloadButton
        path={`/api/ris/series/${uid}/document/`}
        fileName="document.pdf"
        icon={<IconFileTypePdf size={16} aria-hidden />}
        label={t("upload.documents.open")}
      />
    </Group>
  ));
}

function StudyView({ study }: { study: Study }) {
  const { t } = useTranslation();
  const staff = useIsStaff();
  const user = useUser();
  const can = useCan();
  return (
    <>
      <PageHeader
        title={study.description || t("studies.noDescription")}
        tab={t("studies.page")}
        subtitle={<Facts study={study} />}
      >
        <ShareButton
          subject={{ study_instance_uid: study.study_instance_uid }}
          name={`${study.patient.full_name} (${study.patient.patient_id}) · ${study.description}`}
        />
        {can("write_report") && can("view_dicom") && (
          <Button
            component={Link}
            to={`/studies/${study.study_instance_uid}/read`}
            leftSection={<IconReportMedical size={18} aria-hidden />}
          >
            {t("reports.read.open")}
          </Button>
        )}
        <WrongPatient study={study} />
        <MoveSeries study={study} />
        {staff && user.role !== "nurse" && can("view_report") && (
          <Button
            component={Link}
            to={`/studies/${study.study_instance_uid}/report`}
            variant="default"
            leftSection={<IconFileText size={18} aria-hidden />}
          >
            {t("reports.page")}
          </Button>
        )}
        {can("view_dicom") && (
          <Button
            component={Link}
            to={`/viewer/${study.study_instance_uid}`}
            leftSection={<IconEye size={18} aria-hidden />}
          >
            {t("studies.openViewer")}
          </Button>
        )}
      </PageHeader>
      <Stack>
        {!study.stable_at && (
          <Alert role="status" icon={<IconInfoCircle aria-hidden />}>
            {t("studies.arriving")}
          </Alert>
        )}
        <Grid>
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <Section title={t("studies.seriesTree")}>
              <Htj2kState htj2k={study.htj2k} />
              <SeriesTree series={study.series.filter(({ images }) => images > 0)} />
              {can("view_dicom") && <Documents study={study} />}
            </Section>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <Stack>
              {staff && <ReadingState study={study} />}
              {can("request_ai") && <StudyJobs study={study} />}
              {can("view_dicom") && study.structured_reports.length > 0 && (
                <StudyMeasurements study={study.study_instance_uid} />
              )}
              {study.dose && <StudyDose dose={study.dose} />}
              {staff && can("view_dicom") && <StudyRegistrations study={study} />}
              <StudyRelations study={study} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}
