import { Button, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { useRecording } from "./data";

interface RecordTableProps<Row> {
  label: string;
  rows: Row[];
  columns: { key: string; header: string; render: (row: Row) => ReactNode }[];
  patient: number;
  remove?: (row: Row) => Promise<unknown>;
}

/** Records of one kind; who records treatments may remove one. */
export function RecordTable<Row extends { id: number; version: number }>(props: RecordTableProps<Row>) {
  const { label, rows, columns, patient, remove } = props;
  const { t } = useTranslation();
  const can = useCan();
  const removes = remove && can("record_treatment");
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("treatment.none")}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer type="native" minWidth={560} tabIndex={0} role="region" aria-label={label}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, header }) => (
              <Table.Th key={key} scope="col">
                {header}
              </Table.Th>
            ))}
            {removes && <Table.Td />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              {columns.map(({ key, render }) => (
                <Table.Td key={key}>{render(row)}</Table.Td>
              ))}
              {removes && (
                <Table.Td ta="right">
                  <RemoveButton patient={patient} remove={() => remove(row)} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function RemoveButton({ patient, remove }: { patient: number; remove: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const removing = useRecording(patient, remove);
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      color={removing.isError ? "red" : "gray"}
      loading={removing.isPending}
      onClick={() => {
        removing.mutate(undefined);
      }}
    >
      {t("treatment.remove")}
    </Button>
  );
}
