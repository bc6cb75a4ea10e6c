import { Button } from "@mantine/core";
import { IconEye, IconExternalLink, IconPhoto } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Schema } from "@/api/client";
import { studyQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { useReadingHeartbeat } from "@/shared/reading/useReadingHeartbeat";
import { calendarDate } from "@/shared/when";
import { StudyReports } from "./StudyReports";

/** The reports of a study: one to write, to sign or to read, beside what the study is. */
export default function ReportPage() {
  const { t } = useTranslation();
  const { studyInstanceUid = "" } = useParams();
  const study = useQuery(studyQuery(studyInstanceUid));
  useReadingHeartbeat(study.data);
  return (
    <>
      {study.data ? <Header study={study.data} /> : <PageHeader title={t("reports.page")} />}
      <StudyReports study={studyInstanceUid} />
    </>
  );
}

function Header({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const { patient, study_date, modalities, description, study_instance_uid: uid } = study;
  return (
    <PageHeader
      title={description || t("studies.noDescription")}
      tab={t("reports.page")}
      subtitle={[
        `${patient.full_name} (${patient.patient_id})`,
        study_date ? calendarDate(study_date) : t("studies.noDate"),
        modalities.join(", "),
        study.clinical_question ?? "",
      ]
        .filter(Boolean)
        .join(" · ")}
    >
      <Button
        component={Link}
        to={`/studies/${uid}`}
        variant="default"
        leftSection={<IconPhoto size={18} aria-hidden />}
      >
        {t("reports.study")}
      </Button>
      <Button
        component="a"
        href={`/studies/${uid}/report`}
        target="cdss-report"
        variant="default"
        leftSection={<IconExternalLink size={18} aria-hidden />}
      >
        {t("reports.ownWindow")}
      </Button>
      {can("view_dicom") && (
        <Button
          component={Link}
          to={`/viewer/${uid}`}
          target="cdss-viewer"
          variant="default"
          leftSection={<IconEye size={18} aria-hidden />}
        >
          {t("studies.openViewer")}
        </Button>
      )}
    </PageHeader>
  );
}
