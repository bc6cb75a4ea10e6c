import { Button, Group, Switch, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Permission } from "@/session";
import { useCan } from "@/session/react";
import { DataTable, type Column } from "@/shared/DataTable";
import type { Body, Field, Values } from "@/shared/forms/fields";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { chartQuery, type ChartFilters, type ChartKind, type ChartRows } from "./api";
import { ChartModal, type Writing } from "./ChartModal";
import { RowActions } from "./RowActions";

interface ChartSectionProps<K extends ChartKind> {
  kind: K;
  patient: number;
  title: string;
  /** Of the button and the form. */
  add: string;
  empty: string;
  /** To write such rows. */
  needs: Permission;
  fields: Field[];
  initial?: () => Values;
  columns: Column<ChartRows[K]>[];
  nameOf: (row: ChartRows[K]) => string;
  filters?: Omit<ChartFilters, "patient">;
  mayChange?: (row: ChartRows[K]) => boolean;
  above?: (values: Values, fill: (values: Values) => void) => ReactNode;
  complete?: (body: Body) => Body;
  menu?: (row: ChartRows[K]) => ReactNode;
  /** Instead of the form of the fields. */
  form?: (onClose: () => void, opened: boolean) => ReactNode;
  head?: ReactNode;
}

/** All rows of one kind with what can be done to them: write, change, see the history, delete. */
export function ChartSection<K extends ChartKind>(props: ChartSectionProps<K>) {
  const { kind, patient, title, add, empty, needs, fields, columns, nameOf, filters, menu } = props;
  const { initial, mayChange = () => true, above, complete, form, head } = props;
  const { t } = useTranslation();
  const may = useCan()(needs);
  const [page, setPage] = useState(1);
  const [deleted, setDeleted] = useState(false);
  const [writing, setWriting] = useState<Writing | null>(null);
  const rows = useQuery({
    ...chartQuery(kind, { patient, page, ...filters, ...(deleted && { deleted: "true" as const }) }),
    placeholderData: keepPreviousData,
  });
  const close = () => {
    setWriting(null);
  };
  const actions: Column<ChartRows[K]> = {
    key: "actions",
    header: t("chart.do"),
    render: (row) => (
      <RowActions
        kind={kind}
        patient={patient}
        row={row}
        name={nameOf(row)}
        fields={fields}
        mayChange={may && !row.deleted && mayChange(row)}
        {...(!form && {
          onEdit: () => {
            setWriting({ row });
          },
        })}
      >
        {may && !row.deleted && menu?.(row)}
      </RowActions>
    ),
  };
  return (
    <Section
      title={title}
      action={
        may && (
          <Group gap="sm">
            <Switch
              size="xs"
              label={t("chart.showDeleted")}
              checked={deleted}
              onChange={(event) => {
                setDeleted(event.currentTarget.checked);
                setPage(1);
              }}
            />
            <Button
              size="compact-sm"
              leftSection={<IconPlus size={14} aria-hidden />}
              aria-haspopup="dialog"
              onClick={() => {
                setWriting({ row: null });
              }}
            >
              {add}
            </Button>
          </Group>
        )
      }
    >
      {head}
      <DataTable
        label={title}
        query={rows}
        columns={[...columns, ...(deleted ? [deletion<ChartRows[K]>(t("chart.deletion"))] : []), actions]}
        rowKey={({ id }) => id}
        empty={deleted ? t("chart.noneDeleted") : empty}
        page={page}
        onPage={setPage}
      />
      {form ? (
        form(close, writing !== null)
      ) : (
        <ChartModal
          kind={kind}
          patient={patient}
          title={writing?.row ? t("chart.editTitle", { title }) : add}
          fields={fields}
          {...(initial && { initial: initial() })}
          {...(above && { above })}
          {...(complete && { complete })}
          writing={writing}
          onClose={close}
        />
      )}
    </Section>
  );
}

function deletion<Row extends { deleted: { at: string; by: { full_name: string } | null; reason: string } | null }>(
  header: string,
): Column<Row> {
  return {
    key: "deletion",
    header,
    render: ({ deleted: how }) =>
      how && (
        <>
          <Text size="sm">{how.reason}</Text>
          <Text size="xs" c="dimmed">{`${how.by?.full_name ?? "OpenEMR"} · ${dateTime(how.at)}`}</Text>
        </>
      ),
  };
}
