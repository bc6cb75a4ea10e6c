import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import type { Language } from "@/i18n";

export type Report = Schema["ReportOut"];
export type ReportRow = Schema["ReportRowOut"];
export type Template = Schema["TemplateOut"];
export type Changes = Schema["PatchedReportChangeInRequest"];

const at = (report_id: number) => ({ path: { report_id } });
const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });

export const reportQuery = (id: number) =>
  queryOptions({
    queryKey: keys.reports.one(id),
    queryFn: ({ signal }) => readReport(id, signal),
  });

export function readReport(id: number, signal?: AbortSignal): Promise<Report> {
  return unwrap(
    api.GET("/api/ris/reports/{report_id}/", { params: at(id), ...(signal && { signal }) }),
  );
}

export const templatesQuery = queryOptions({
  queryKey: keys.reports.templates,
  queryFn: ({ signal }) => unwrap(api.GET("/api/ris/report-templates/", { signal })),
  staleTime: Infinity,
});

export const valuesQuery = (study_instance_uid: string, language: Language) =>
  queryOptions({
    queryKey: keys.reports.values(study_instance_uid, language),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/studies/{study_instance_uid}/report-values/", {
          params: { path: { study_instance_uid }, query: { language } },
          signal,
        }),
      ),
  });

export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: keys.reports.versions(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/reports/{report_id}/versions/", {
          params: { ...at(id), query: { page_size: 200 } },
          signal,
        }),
      ),
  });

export const comparisonQuery = (id: number) =>
  queryOptions({
    queryKey: keys.reports.comparison(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ris/reports/{report_id}/comparison/", { params: at(id), signal })),
  });

export const keyFindingsQuery = (text: string) =>
  queryOptions({
    queryKey: keys.reports.keyFindings(text),
    queryFn: ({ signal }) => unwrap(api.POST("/api/ris/key-findings/", { body: { text }, signal })),
    staleTime: Infinity,
    gcTime: 60_000,
  });

export function beginReport(body: Schema["ReportInRequest"]): Promise<Report> {
  return unwrap(api.POST("/api/ris/reports/", { body }));
}

export function changeReport(id: number, version: number, body: Changes): Promise<Report> {
  return unwrap(
    api.PATCH("/api/ris/reports/{report_id}/", {
      params: { ...at(id), header: ifMatch(version) },
      body,
    }),
  );
}

export function makePreliminary(id: number, version: number): Promise<Report> {
  return unwrap(
    api.POST("/api/ris/reports/{report_id}/preliminary/", {
      params: { ...at(id), header: ifMatch(version) },
    }),
  );
}

export function signReport(id: number, version: number, password: string): Promise<Report> {
  return unwrap(
    api.POST("/api/ris/reports/{report_id}/sign/", {
      params: { ...at(id), header: ifMatch(version) },
      body: { password },
    }),
  );
}

export function discardReport(id: number, version: number, reason: string): Promise<Report> {
  return unwrap(
    api.POST("/api/ris/reports/{report_id}/discard/", {
      params: { ...at(id), header: ifMatch(version) },
      body: { reason },
    }),
  );
}

/** The document goes to the archive at the next run, whatever failed before. */
export function archiveAgain(id: number): Promise<ReportRow> {
  return unwrap(api.POST("/api/ris/reports/{report_id}/archive/", { params: at(id) }));
}

export function amendReport(id: number, reason: string): Promise<Report> {
  return unwrap(
    api.POST("/api/ris/reports/{report_id}/amend/", { params: at(id), body: { reason } }),
  );
}

/** After a step: the report, the lists and its study are read again. */
export function useRefresh(): (report: Report) => Promise<unknown> {
  const client = useQueryClient();
  return (report) => {
    client.setQueryData(keys.reports.one(report.id), report);
    return Promise.all([
      client.invalidateQueries({ queryKey: keys.reports.all }),
      client.invalidateQueries({ queryKey: keys.studies.one(report.study_instance_uid) }),
    ]);
  };
}

/** Whether its text may still change. */
export const isOpen = ({ status }: Pick<Report, "status">) =>
  status === "draft" || status === "preliminary";
