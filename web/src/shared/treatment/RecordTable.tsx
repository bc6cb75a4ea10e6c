import { Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { HistoryButton } from "./HistoryButton";
import { RemoveButton } from "./RemoveButton";

interface RecordTableProps<Row> {
  label: string;
  kind: Schema["RevisionOut"]["kind"];
  rows: Row[];
  columns: { key: string; header: string; render: (row: Row) => ReactNode }[];
  patient: number;
  /** The form that changes a row, by the name that the row has. */
  edit?: (row: Row, name: string) => ReactNode;
  remove?: (row: Row, reason: string) => Promise<unknown>;
}

/** Records of one kind with their histories; who records treatments may change and remove them. */
export function RecordTable<Row extends { id: number; version: number }>(props: RecordTableProps<Row>) {
  const { label, kind, rows, columns, patient, edit, remove } = props;
  const { t } = useTranslation();
  const records = useCan()("record_treatment");
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("treatment.none")}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer type="native" minWidth={560} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, header }) => (
              <Table.Th key={key} scope="col">
                {header}
              </Table.Th>
            ))}
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => {
            const name = `${label} ${index + 1}`;
            return (
              <Table.Tr key={row.id}>
                {columns.map(({ key, render }) => (
                  <Table.Td key={key}>{render(row)}</Table.Td>
                ))}
                <Table.Td>
                  <Group gap={2} justify="flex-end" wrap="nowrap">
                    {records && edit?.(row, name)}
                    <HistoryButton patient={patient} kind={kind} row={row.id} what={name} />
                    {records && remove && (
                      <RemoveButton patient={patient} what={name} remove={(reason) => remove(row, reason)} />
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
