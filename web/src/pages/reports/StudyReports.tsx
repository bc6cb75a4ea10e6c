import { SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "react-router";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { reportsQuery } from "@/shared/reports/queries";
import { Begin } from "./Begin";
import { isOpen, reportQuery, templatesQuery, type ReportRow, type Template } from "./data";
import { Editor } from "./Editor";
import { SignedReport } from "./SignedReport";

/** The reports of a study, and the one that is shown. */
export function StudyReports({ study }: { study: string }) {
  const templates = useQuery(templatesQuery);
  const reports = useQuery(
    reportsQuery({ study_instance_uid: study, ordering: "-created_at", page_size: 200 }),
  );
  return (
    <QueryView query={templates} rows={2}>
      {(known) => (
        <QueryView query={reports} rows={6}>
          {({ results }) => <Reports study={study} reports={results} templates={known} />}
        </QueryView>
      )}
    </QueryView>
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
  const { state } = useLocation() as { state: unknown };
  const [begun, setBegun] = useState<number | null>(null);
  const wanted = Number(params.get("report"));
  // Also one that is not listed: a discarded draft that was looked for.
  const shownId = wanted || reports[0]?.id;
  const show = (id: number | "new") => {
    setParams({ report: String(id) }, { replace: true, state });
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
            setBegun(id);
            show(id);
          }}
        />
      ) : (
        shownId && <Shown key={shownId} id={shownId} begun={shownId === begun} onShow={show} />
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
  begun: boolean;
  onShow: (id: number) => void;
}

function Shown({ id, begun, onShow }: ShownProps) {
  const can = useCan();
  const report = useQuery({ ...reportQuery(id), refetchOnWindowFocus: false });
  return (
    <QueryView query={report} rows={6}>
      {(found) =>
        isOpen(found) && can("write_report") ? (
          <Editor report={found} begun={begun} />
        ) : (
          <SignedReport report={found} onShow={onShow} />
        )
      }
    </QueryView>
  );
}
