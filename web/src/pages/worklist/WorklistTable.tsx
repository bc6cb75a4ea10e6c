import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Row } from "./data";
import { orderAfter } from "./useQueryParams";
import { WorklistRow } from "./WorklistRow";
import classes from "./Worklist.module.css";

/** By the API's names; what a study is called has no order. */
const COLUMNS = [
  "priority",
  "reading_state",
  "waiting_minutes",
  "patient",
  "study",
  "modality",
  "study_date",
  "ai",
  "report",
  "locked_by",
] as const;

interface WorklistTableProps {
  rows: Row[];
  ordering: string | undefined;
  onOrder: (ordering: string) => void;
  onOpen: (row: Row) => void;
  onAssign: (row: Row) => void;
  onFocus: (index: number) => void;
}

export function WorklistTable({ rows, ordering, onOrder, onOpen, onAssign, onFocus }: WorklistTableProps) {
  const { t } = useTranslation();
  const column = ordering?.replace(/^-/, "");
  const direction = ordering?.startsWith("-") ? "descending" : "ascending";
  return (
    <Table className={classes.table} aria-label={t("worklist.title")} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          {COLUMNS.map((name) => (
            <Table.Th key={name} aria-sort={column === name ? direction : "none"}>
              {name === "study" ? (
                t("worklist.column.study")
              ) : (
                <button
                  type="button"
                  className={classes.sort}
                  onClick={() => {
                    onOrder(orderAfter(ordering, name));
                  }}
                >
                  {t(`worklist.column.${name}`)}
                  <span aria-hidden>{column === name && (direction === "ascending" ? " ▲" : " ▼")}</span>
                </button>
              )}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row, index) => (
          <WorklistRow
            key={row.study_instance_uid}
            row={row}
            index={index}
            onOpen={onOpen}
            onAssign={onAssign}
            onFocus={onFocus}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}
