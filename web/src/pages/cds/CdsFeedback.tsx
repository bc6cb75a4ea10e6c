import { Anchor, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { rulesQuery } from "./rulesQuery";

type Row = Schema["CdsFeedbackOut"];

/** What people did with the cards, the newest first. */
export function CdsFeedback() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const rules = useQuery(rulesQuery);
  const rows = useQuery({
    queryKey: keys.cds.feedback(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/cds-rules/feedback/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const found = rules.data?.flatMap(({ reasons }) => reasons) ?? [];
  const reasonName = (code: string) =>
    found.find((each) => each.code === code)?.name?.[currentLanguage()] ?? code;
  const ruleName = (rule: Row["rule"]) =>
    rules.data?.find((each) => each.rule === rule)?.name[currentLanguage()] ?? rule;
  const columns: Column<Row>[] = [
    {
      key: "patient",
      header: t("cds.feedback.patient"),
      lead: true,
      render: ({ patient }) => (
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm">
          {`${patient.full_name} · ${patient.patient_id}`}
        </Anchor>
      ),
    },
    { key: "rule", header: t("cds.feedback.rule"), render: ({ rule }) => <Text size="sm">{ruleName(rule)}</Text> },
    {
      key: "outcome",
      header: t("cds.feedback.outcome"),
      render: ({ outcome, reason, comment }) => (
        <div>
          <Text size="sm">{t(`cds.feedback.outcomes.${outcome}`)}</Text>
          <Text size="xs" c="dimmed">
            {[reason && reasonName(reason), comment].filter(Boolean).join(" · ")}
          </Text>
        </div>
      ),
    },
    {
      key: "user",
      header: t("cds.feedback.user"),
      render: ({ user_name, client_name }) => (
        <Text size="sm">{[user_name, client_name].filter(Boolean).join(" · ")}</Text>
      ),
    },
    { key: "at", header: t("cds.feedback.at"), render: ({ outcome_at }) => <Text size="sm">{dateTime(outcome_at)}</Text> },
  ];
  return (
    <Section title={t("cds.feedback.title")}>
      <DataTable
        label={t("cds.feedback.title")}
        query={rows}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("cds.feedback.empty")}
        page={page}
        onPage={setPage}
      />
    </Section>
  );
}
