import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import type { ReportFilters } from "@/api/queries";

export const reportsQuery = (query: ReportFilters) =>
  queryOptions({
    queryKey: keys.reports.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/reports/", { params: { query }, signal })),
  });

export const summaryQuery = (report_id: number) =>
  queryOptions({
    queryKey: keys.reports.summary(report_id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/reports/{report_id}/summary/", {
          params: { path: { report_id } },
          signal,
        }),
      ),
  });
