import { EmptyState, Group, Pagination, Paper, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { QueryView } from "./QueryView";

export const PAGE_SIZE = 50;

export interface Column<Row> {
  key: string;
  header: string;
  render: (row: Row) => ReactNode;
  /** Shown as the heading of the card on a phone, without its label. */
  lead?: boolean;
}

interface Page<Row> {
  count: number;
  results: Row[];
}

interface DataTableProps<Row> {
  /** Names the table for screen readers. */
  label: string;
  query: UseQueryResult<Page<Row>>;
  columns: Column<Row>[];
  rowKey: (row: Row) => number | string;
  empty: string;
  page: number;
  onPage: (page: number) => void;
}

/** A page of a list: a table, or cards on a phone; with its loading, error and empty states. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { query, page, onPage, empty } = props;
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  return (
    <QueryView query={query} rows={6}>
      {({ count, results }) => {
        if (results.length === 0) {
          return (
            <Paper withBorder p="xl">
              <EmptyState description={empty} />
            </Paper>
          );
        }
        const Shape = narrow ? Cards : Rows;
        const pages = Math.ceil(count / PAGE_SIZE);
        return (
          <Stack gap="sm">
            <Shape {...props} rows={results} />
            <Group justify="space-between">
              <Text size="sm" c="dimmed" role="status">
                {t("common.count", { count })}
              </Text>
              {pages > 1 && <Pages total={pages} value={page} onChange={onPage} />}
            </Group>
          </Stack>
        );
      }}
    </QueryView>
  );
}

interface PagesProps {
  total: number;
  value: number;
  onChange: (page: number) => void;
}

function Pages(props: PagesProps) {
  const { t } = useTranslation();
  return (
    <Pagination
      {...props}
      size="sm"
      getItemProps={(number) => ({ "aria-label": t("list.page", { number }) })}
      getControlProps={(control) =>
        control === "next" || control === "previous" ? { "aria-label": t(`list.${control}`) } : {}
      }
    />
  );
}

type RowsProps<Row> = DataTableProps<Row> & { rows: Row[] };

function Rows<Row>({ label, columns, rows, rowKey }: RowsProps<Row>) {
  return (
    <Paper withBorder>
      <Table.ScrollContainer type="native" minWidth={640} tabIndex={0} role="group" aria-label={label}>
        <Table highlightOnHover aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ key, header }) => (
                <Table.Th key={key} scope="col">
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={rowKey(row)}>
                {columns.map(({ key, render }) => (
                  <Table.Td key={key}>{render(row)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Cards<Row>({ label, columns, rows, rowKey }: RowsProps<Row>) {
  return (
    <Stack gap="xs" role="list" aria-label={label}>
      {rows.map((row) => (
        <Paper key={rowKey(row)} withBorder p="sm" role="listitem">
          <Stack gap={6}>
            {columns.map(({ key, header, render, lead }) =>
              lead ? (
                <div key={key}>{render(row)}</div>
              ) : (
                <Group key={key} gap="sm" wrap="nowrap" align="flex-start">
                  <Text size="xs" c="dimmed" w={96} style={{ flexShrink: 0 }} pt={2}>
                    {header}
                  </Text>
                  <Text component="div" size="sm" style={{ overflowWrap: "anywhere", minWidth: 0 }}>
                    {render(row)}
                  </Text>
                </Group>
              ),
            )}
          </Stack>
        </Paper>
      ))}
    </Stack>
  );
}
