import { Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconEye, IconExternalLink, IconPhoto } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import type { Schema } from "@/api/client";
import { studyQuery } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { reportsQuery } from "@/shared/reports/queries";
import { useReadingHeartbeat } from "@/shared/useReadingHeartbeat";
import { calendarDate } from "@/shared/when";
import { Begin } from "./Begin";
import { isOpen, reportQuery, templatesQuery, type ReportRow, type Template } from "./data";
import { Editor } from "./Editor";
import { SignedReport } from "./SignedReport";

/** The reports of a study: one to write, to sign or to read, beside what the study is. */
export default function ReportPage() {
  const { t } = useTranslation();
  const { studyInstanceUid = "" } = useParams();
  const study = useQuery(studyQuery(studyInstanceUid));
  useReadingHeartbeat(study.data);
  const templates = useQuery(templatesQuery);
  const reports = useQuery(
    reportsQuery({ study_instance_uid: studyInstanceUid, ordering: "-created_at", page_size: 200 }),
  );
  return (
    <>
      {study.data ? <Header study={study.data} /> : <PageHeader title={t("reports.page")} />}
      <QueryView query={templates} rows={2}>
        {(known) => (
          <QueryView query={reports} rows={6}>
            {({ results }) => (
              <Reports study={studyInstanceUid} reports={results} templates={known} />
            )}
          </QueryView>
        )}
      </QueryView>
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

interface ReportsProps {
  study: string;
  reports: ReportRow[];
  templates: Template[];
}

function Reports({ study, reports, templates }: ReportsProps) {
  const { t } = useTranslation();
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const wanted = Number(params.get("report"));
  // Also one that is not listed: a discarded draft that was looked for.
  const shownId = wanted || reports[0]?.id;
  const show = (id: number | "new") => {
    setParams({ report: String(id) }, { replace: true });
  };
  const begins = can("write_report") && (!shownId || params.get("report") === "new");
  if (!shownId && !begins) return <Text c="dimmed">{t("reports.none")}</Text>;
  return (
    <Stack>
      {reports.length > 0 && (
        <SegmentedControl
          aria-label={t("reports.ofStudy")}
          value={begins ? "new" : String(shownId)}
          onChange={(value) => {
            show(value === "new" ? "new" : Number(value));
          }}
          data={[
            ...reports.map((report) => ({ value: String(report.id), label: labelOf(report) })),
            ...(can("write_report") ? [{ value: "new", label: t("reports.begin.another") }] : []),
          ]}
          style={{ alignSelf: "flex-start" }}
        />
      )}
      {begins ? (
        <Begin
          study={study}
          templates={templates}
          used={reports.map(({ template }) => template)}
          onBegun={({ id }) => {
            show(id);
          }}
        />
      ) : (
        shownId && <Shown key={shownId} id={shownId} onShow={show} />
      )}
    </Stack>
  );

  function labelOf(report: ReportRow): string {
    const template = templates.find(({ code }) => code === report.template);
    const name = template?.name[currentLanguage()] ?? report.template;
    return [name, t("reports.edition", { number: report.edition ?? 1 })]
      .slice(0, (report.edition ?? 1) > 1 ? 2 : 1)
      .concat(t(`status.report.${report.status}`))
      .join(" · ");
  }
}

interface ShownProps {
  id: number;
  onShow: (id: number) => void;
}

function Shown({ id, onShow }: ShownProps) {
  const can = useCan();
  const report = useQuery({ ...reportQuery(id), refetchOnWindowFocus: false });
  return (
    <QueryView query={report} rows={6}>
      {(found) =>
        isOpen(found) && can("write_report") ? (
          <Editor report={found} />
        ) : (
          <SignedReport report={found} onShow={onShow} />
        )
      }
    </QueryView>
  );
}
