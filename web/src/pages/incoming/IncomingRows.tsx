import { Button, Drawer, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { ResolveIncoming } from "./ResolveIncoming";

type Row = Schema["IncomingPatientOut"];

interface IncomingRowsProps {
  state: Schema["IncomingState"];
  run: number | null;
}

export function IncomingRows({ state, run }: IncomingRowsProps) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<Row | null>(null);
  const query = { state, ...(run === null ? {} : { run }), page, page_size: PAGE_SIZE };
  const rows = useQuery({
    queryKey: keys.incoming.rows(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/emr/incoming/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(setOpen);
  return (
    <Section title={t("incoming.rows")}>
      <DataTable
        label={t("incoming.rows")}
        query={rows}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("incoming.noRows")}
        page={page}
        onPage={setPage}
      />
      <Drawer
        opened={open !== null}
        onClose={() => {
          setOpen(null);
        }}
        position="right"
        size="lg"
        title={t("incoming.decideTitle")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {open && (
          <ResolveIncoming
            key={open.id}
            row={open}
            onDone={() => {
              setOpen(null);
            }}
          />
        )}
      </Drawer>
    </Section>
  );
}

function useColumns(onDecide: (row: Row) => void): Column<Row>[] {
  const { t } = useTranslation();
  return [
    {
      key: "sent",
      header: t("incoming.sent"),
      lead: true,
      render: ({ sent }) => [sent.full_name, sent.birth_date].filter(Boolean).join(" · ") || "–",
    },
    {
      key: "number",
      header: t("incoming.externalId"),
      render: ({ source, external_id }) => `${source} ${external_id ?? "–"}`,
    },
    {
      key: "state",
      header: t("incoming.status"),
      render: ({ state, reason, patient }) => (
        <Stack gap={2}>
          <Text size="sm">{t(`incoming.state.${state}`)}</Text>
          {reason && (
            <Text size="xs" c="dimmed">
              {reason}
            </Text>
          )}
          {patient && <Text size="xs">{`${patient.full_name} · ${patient.patient_id}`}</Text>}
        </Stack>
      ),
    },
    {
      key: "decide",
      header: t("chart.do"),
      render: (row) =>
        (row.state === "CANDIDATES" || row.state === "NEW") && (
          <Button
            size="compact-sm"
            onClick={() => {
              onDecide(row);
            }}
          >
            {t("incoming.decide")}
          </Button>
        ),
    },
  ];
}
