import { Badge, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { exactTime } from "@/shared/when";

type Log = Schema["AuditLogOut"];
type Texts = Record<string, string | undefined>;
const CALLS = { object_type: "application_entity" };
const REFRESHED_MS = 10_000;

/** Who called by DICOM, from where, and what came of it: from the audit record. */
export function Associations() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const calls = useQuery({
    queryKey: keys.audit.list(CALLS, page),
    queryFn: ({ signal }) => {
      const query = { ...CALLS, page, page_size: PAGE_SIZE };
      return unwrap(api.GET("/api/audit/logs/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESHED_MS,
  });
  return (
    <>
      <Title order={2} size="h4" mt="xl" mb="sm">
        {t("modality.nodes.associations.title")}
      </Title>
      <DataTable
        label={t("modality.nodes.associations.title")}
        query={calls}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("modality.nodes.associations.empty")}
        page={page}
        onPage={setPage}
      />
    </>
  );
}

function useColumns(): Column<Log>[] {
  const { t } = useTranslation();
  const actions: Texts = t("modality.nodes.associations.actions", { returnObjects: true });
  const reasons: Texts = t("modality.nodes.associations.reasons", { returnObjects: true });
  return [
    { key: "at", header: t("modality.nodes.associations.at"), lead: true, render: ({ occurred_at }) => exactTime(occurred_at) },
    {
      key: "caller",
      header: t("modality.nodes.associations.caller"),
      render: ({ object_id, source_ip }) => (
        <div>
          <Text size="sm">{object_id}</Text>
          <Text size="xs" c="dimmed" className="mono">
            {source_ip}
          </Text>
        </div>
      ),
    },
    {
      key: "action",
      header: t("modality.nodes.associations.action"),
      render: ({ action }) => actions[action] ?? action,
    },
    {
      key: "outcome",
      header: t("modality.nodes.associations.outcome"),
      render: ({ outcome, detail }) => (
        <>
          <Badge color={outcome === "ok" ? "teal" : "orange"} tt="none">
            {t(`admin.audit.outcome.${outcome}`)}
          </Badge>
          <Text size="xs">{reasonOf(detail, reasons)}</Text>
        </>
      ),
    },
  ];
}

function reasonOf(detail: unknown, reasons: Texts): string {
  const said = detail && typeof detail === "object" && "reason" in detail ? detail.reason : "";
  return typeof said === "string" ? (reasons[said] ?? said) : "";
}
