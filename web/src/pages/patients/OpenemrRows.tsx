import { Button, Drawer, List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { dateTime } from "@/shared/when";
import { fieldName, shownValue, type Values } from "./openemrValues";

type Row = Schema["OpenemrRowOut"];

/** What OpenEMR has of the patient beside the rows here: laboratory results, what cannot stand here. */
export function OpenemrRows({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const [page, setPage] = useState<number | null>(null);
  const rows = useQuery({
    queryKey: keys.patients.openemr(patient, page ?? 1),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/patients/{id}/openemr/", {
          params: { path: { id: patient }, query: { page: page ?? 1, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
  });
  const columns: Column<Row>[] = [
    { key: "kind", header: t("openemr.kindLabel"), lead: true, render: (row) => t(`openemr.kinds.${row.kind}`) },
    { key: "values", header: t("openemr.inOpenemr"), render: (row) => <Said values={row.values} /> },
    { key: "why", header: t("openemr.why"), render: (row) => <Reasons row={row} /> },
    { key: "seen", header: t("openemr.seen"), render: (row) => dateTime(row.seen_at) },
  ];
  return (
    <>
      {!!rows.data?.count && (
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            setPage(1);
          }}
        >
          {t("openemr.rows", { count: rows.data.count })}
        </Button>
      )}
      <Drawer
        opened={page !== null}
        onClose={() => {
          setPage(null);
        }}
        position="right"
        size="xl"
        title={t("openemr.rowsTitle")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <DataTable
          label={t("openemr.rowsTitle")}
          query={rows}
          columns={columns}
          rowKey={(row) => row.id}
          empty={t("openemr.noRows")}
          page={page ?? 1}
          onPage={setPage}
        />
      </Drawer>
    </>
  );
}

function Said({ values }: { values: Values }) {
  const { t } = useTranslation();
  const said = Object.entries(values).map(([name, value]) => [name, shownValue(t, name, value)]);
  return (
    <List size="sm" listStyleType="none">
      {said.map(
        ([name = "", text]) =>
          text && (
            <List.Item key={name}>
              {fieldName(t, name)}: {text}
            </List.Item>
          ),
      )}
    </List>
  );
}

function Reasons({ row }: { row: Row }) {
  const { t } = useTranslation();
  return row.faults.map(({ field, reason }) => (
    <Text key={field} size="sm">
      {field ? `${fieldName(t, field)}: ` : ""}
      {t(`openemr.faults.${reason}`)}
    </Text>
  ));
}
