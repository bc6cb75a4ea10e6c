import { Anchor, Button, FileButton, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api, sendFile, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ordersQuery } from "@/api/queries";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useJobTypeName } from "@/shared/jobTypes";
import { PageHeader } from "@/shared/PageHeader";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { CriticalList } from "./CriticalList";

const TUBE = /^(.{1,16}?)(-\d{2})?$/;

/** The laboratory bench: what waits, the barcode of a tube, critical values, import of files. */
export default function LabPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("lab.title")} />
      <Stack>
        <CriticalList />
        <Barcode />
        <Worklist />
        <Import />
      </Stack>
    </>
  );
}

function Barcode() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [number, setNumber] = useState("");
  const find = useMutation({
    mutationFn: async (scanned: string) => {
      const accession_number = TUBE.exec(scanned)?.[1] ?? scanned;
      const query = { accession_number, job_role: "LIS" as const, page_size: 1 };
      return unwrap(api.GET("/api/ocs/orders/", { params: { query } }));
    },
    meta: { quiet: true },
    onSuccess: ({ results: [order] }) => {
      if (order) void navigate(`/orders?order=${order.id}`);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (number.trim()) find.mutate(number.trim());
      }}
    >
      <TextInput
        label={t("lab.barcode")}
        maxLength={20}
        value={number}
        error={find.data?.count === 0 ? t("lab.notFound") : null}
        onChange={(event) => {
          setNumber(event.currentTarget.value);
        }}
      />
      {find.isError && <ErrorNotice error={find.error} />}
    </form>
  );
}

function Worklist() {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const [page, setPage] = useState(1);
  const query = { job_role: "LIS" as const, open: true, ordering: "priority,ordered_at" };
  const orders = useQuery({
    ...ordersQuery({ ...query, page, page_size: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Schema["OrderOut"]>[] = [
    {
      key: "order",
      header: t("orders.order"),
      lead: true,
      render: ({ id, job_type, accession_number }) => (
        <Anchor component={Link} to={`/orders?order=${id}`} size="sm">
          {`${jobTypeName(job_type)} · ${accession_number}`}
        </Anchor>
      ),
    },
    {
      key: "patient",
      header: t("orders.patient"),
      render: ({ patient }) => `${patient.full_name} · ${patient.patient_id}`,
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
    { key: "at", header: t("orders.orderedAt"), render: ({ ordered_at }) => dateTime(ordered_at) },
  ];
  return (
    <DataTable
      label={t("lab.worklist")}
      query={orders}
      columns={columns}
      rowKey={({ id }) => id}
      empty={t("orders.empty")}
      page={page}
      onPage={setPage}
    />
  );
}

function Import() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: (file: File) => sendFile<Schema["ImportedOut"]>("/api/lis/import/csv/", file),
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.orders.all });
      void client.invalidateQueries({ queryKey: keys.lab.all });
    },
  });
  return (
    <Section title={t("lab.import")}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm" c="dimmed">
          {t("lab.importHint")}
        </Text>
        <FileButton
          accept=".csv,text/csv"
          onChange={(file) => {
            if (file) send.mutate(file);
          }}
        >
          {(props) => (
            <Button {...props} variant="default" loading={send.isPending}>
              {t("lab.choose")}
            </Button>
          )}
        </FileButton>
        {send.isError && <ErrorNotice error={send.error} />}
        {send.data && (
          <Text size="sm" role="status">
            {t("lab.accepted", { count: send.data.accepted })}
          </Text>
        )}
        {send.data && send.data.rejected.length > 0 && (
          <Table aria-label={t("lab.rejected")}>
            <Table.Tbody>
              {send.data.rejected.map(({ line, reason }) => (
                <Table.Tr key={line}>
                  <Table.Td>{t("lab.line", { line })}</Table.Td>
                  <Table.Td>{reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Section>
  );
}
