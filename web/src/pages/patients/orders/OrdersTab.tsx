import { Anchor, Group, Stack } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { ordersQuery } from "@/api/queries";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { useJobTypeName } from "@/shared/jobTypes";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import type { PanelProps } from "@/shared/chart/panel";

/** All orders of the patient, the newest first. */
export default function OrdersTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = { patient: patient.id, page, page_size: PAGE_SIZE, ordering: "-ordered_at" };
  const orders = useQuery({ ...ordersQuery(query), placeholderData: keepPreviousData });
  return (
    <Stack>
      <DataTable
        label={t("patients.tabs.orders")}
        query={orders}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("patients.noOrders")}
        page={page}
        onPage={setPage}
      />
    </Stack>
  );
}

function useColumns(): Column<Schema["OrderOut"]>[] {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  return [
    {
      key: "order",
      header: t("orders.order"),
      lead: true,
      render: ({ id, job_role, job_type }) => (
        <Anchor component={Link} to={`/orders?order=${id}`} size="sm" fw={500}>
          {`${t(`status.jobRole.${job_role}`)} · ${jobTypeName(job_type)}`}
        </Anchor>
      ),
    },
    {
      key: "status",
      header: t("orders.status"),
      render: ({ status = "ORDERED", priority = "routine" }) => (
        <Group gap={6}>
          <StatusBadge kind="order" value={status} />
          {priority !== "routine" && <StatusBadge kind="priority" value={priority} />}
        </Group>
      ),
    },
    { key: "info", header: t("chart.orderInfo"), render: ({ clinical_info }) => clinical_info },
    { key: "by", header: t("chart.by"), render: ({ ordered_by_name }) => ordered_by_name },
    { key: "at", header: t("orders.orderedAt"), render: ({ ordered_at }) => dateTime(ordered_at) },
  ];
}
