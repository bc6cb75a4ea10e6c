import { Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { exactTime, preciseTime } from "@/shared/when";

type Log = Schema["AuditLogOut"];
type Item = Schema["BurstItemOut"];

/** How many requests a record holds; pressed, it shows each of them. */
export function BurstItems({ log }: { log: Log }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const title = t("admin.audit.requests", { count: log.requests });
  return (
    <>
      <Button variant="light" size="compact-xs" onClick={open} aria-haspopup="dialog">
        {title}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`${title} · ${exactTime(log.occurred_at)}`}
        size="xl"
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Items log={log} title={title} />
      </Modal>
    </>
  );
}

function Items({ log, title }: { log: Log; title: string }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const items = useQuery({
    queryKey: keys.audit.items(log.id, page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/audit/logs/{log_id}/items/", {
          params: { path: { log_id: log.id }, query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
    select: ({ count, results }) => ({
      count,
      results: results.map((item, place) => ({ ...item, place })),
    }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  return (
    <DataTable
      label={title}
      query={items}
      columns={useColumns()}
      rowKey={({ place }) => place}
      empty={t("admin.audit.empty")}
      page={page}
      onPage={setPage}
    />
  );
}

function useColumns(): Column<Item>[] {
  const { t } = useTranslation();
  return [
    {
      key: "at",
      header: t("admin.audit.at"),
      lead: true,
      render: ({ at }) => <Text size="sm">{preciseTime(at)}</Text>,
    },
    {
      key: "instance",
      header: t("admin.audit.field.sop_instance_uid"),
      render: ({ sop_instance_uid }) => (
        <Text className="mono" style={{ overflowWrap: "anywhere" }}>
          {sop_instance_uid}
        </Text>
      ),
    },
    {
      key: "frame",
      header: t("admin.audit.frame"),
      render: ({ frame }) => <Text size="sm">{frame || t("admin.audit.wholeInstance")}</Text>,
    },
  ];
}
