import { Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { exactTime } from "@/shared/when";
import { RoutedStudy } from "./RoutedStudy";

type Decision = Schema["RoutingDecisionOut"];

/** What came of the rules: an analysis, or why there is none. */
export function RoutingDecisions() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const decisions = useQuery({
    queryKey: keys.ai.decisions(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ai/routing-decisions/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Decision>[] = [
    {
      key: "study",
      header: t("admin.routing.study"),
      lead: true,
      render: ({ study }) => <RoutedStudy study={study} />,
    },
    { key: "rule", header: t("admin.routing.rule"), render: ({ rule_name }) => <Text size="sm">{rule_name}</Text> },
    {
      key: "outcome",
      header: t("admin.routing.outcome"),
      render: ({ job_status, refusal, detail }) =>
        refusal ? (
          <div>
            <Text size="sm">{t(`admin.routing.refusal.${refusal}`)}</Text>
            <Text size="xs" c="dimmed">
              {detail}
            </Text>
          </div>
        ) : (
          job_status && <StatusBadge kind="job" value={job_status} />
        ),
    },
    { key: "at", header: t("admin.routing.at"), render: ({ at }) => <Text size="sm">{exactTime(at)}</Text> },
  ];
  return (
    <Section title={t("admin.routing.decisions")}>
      <DataTable
        label={t("admin.routing.decisions")}
        query={decisions}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("admin.routing.noDecisions")}
        page={page}
        onPage={setPage}
      />
    </Section>
  );
}
