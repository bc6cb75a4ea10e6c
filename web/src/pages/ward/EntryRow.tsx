import { Badge, Stack, Table, Text } from "@mantine/core";
import { memo, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { dateTime } from "@/shared/when";
import { COLUMNS, led, POSSIBLE, problemsOf, type Column, type Place } from "./cells";
import type { Bedside } from "./data";
import type { Row, RowState, WardEntry } from "./entry";
import classes from "./EntryGrid.module.css";

interface EntryRowProps {
  bed: string;
  bedside: Bedside;
  index: number;
  rows: number;
  row: Row | undefined;
  entry: WardEntry;
  measuredAt: string | null;
  onGo: (to: Place) => void;
}

const STATE_COLORS: Record<RowState, string> = {
  editing: "gray",
  asking: "yellow",
  saving: "blue",
  waiting: "orange",
  saved: "teal",
  refused: "red",
};

/** One patient: a cell for each measure, and what became of the row. */
export const EntryRow = memo(function EntryRow(props: EntryRowProps) {
  const { bed, bedside, index, rows, row, entry, measuredAt, onGo } = props;
  const { patient } = bedside;
  const leave = () => entry.leave(patient.id, bedside, measuredAt);
  const pressed = (event: KeyboardEvent<HTMLInputElement>, column: number) => {
    if (event.nativeEvent.isComposing) return;
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const caret = { atStart: selectionEnd === 0, atEnd: selectionStart === value.length };
    const to = led(event.key, event.shiftKey, { row: index, column }, rows, caret);
    if (event.key === "Enter" && !leave()) {
      event.preventDefault();
      return;
    }
    if (to) {
      event.preventDefault();
      onGo(to);
    }
  };
  return (
    <Table.Tr
      onBlur={(event) => {
        const staying = event.relatedTarget && event.currentTarget.contains(event.relatedTarget);
        if (!staying && row?.state !== "asking") leave();
      }}
    >
      <Table.Th scope="row" className={classes.patient}>
        <Text size="sm" fw={600}>{`${bed} ${patient.full_name}`}</Text>
        <Text size="xs" c="dimmed" className="mono">
          {patient.patient_id}
        </Text>
      </Table.Th>
      {COLUMNS.map((column, at) => (
        <Cell
          key={column}
          column={column}
          bed={bed}
          bedside={bedside}
          row={row}
          onType={(text) => {
            entry.set(patient.id, column, text);
          }}
          onKey={(event) => {
            pressed(event, at);
          }}
        />
      ))}
      <Table.Td className={classes.state}>
        <State row={row} />
      </Table.Td>
    </Table.Tr>
  );
});

interface CellProps {
  column: Column;
  bed: string;
  bedside: Bedside;
  row: Row | undefined;
  onType: (text: string) => void;
  onKey: (event: KeyboardEvent<HTMLInputElement>) => void;
}

function Cell({ column, bed, bedside, row, onType, onKey }: CellProps) {
  const { t } = useTranslation();
  const id = `cell-${bedside.patient.id}-${column}`;
  const problem = row && problemsOf(row.texts)[column];
  const refused = row?.state === "refused" && row.field === column ? row.message : "";
  const unusual = row?.state === "asking" && row.unusual.includes(column);
  const limits = column in POSSIBLE ? POSSIBLE[column as keyof typeof POSSIBLE] : null;
  const message = problem
    ? t(`ward.problem.${problem}`, { lowest: limits?.[0], highest: limits?.[1] })
    : refused || (unusual ? t("ward.unusual") : "");
  const before = bedside.latest.find(({ measure }) => measure === column)?.value;
  return (
    <Table.Td className={classes.cell}>
      <input
        id={id}
        className={classes.input}
        value={row?.texts[column] ?? ""}
        placeholder={before === undefined ? "" : String(before)}
        inputMode={limits ? "decimal" : "text"}
        autoComplete="off"
        maxLength={7}
        readOnly={row?.state === "saving" || row?.state === "waiting"}
        aria-label={t("ward.cell", {
          bed,
          name: bedside.patient.full_name,
          measure: t(`ward.measure.${column}`),
        })}
        aria-invalid={Boolean(problem ?? refused)}
        aria-describedby={message ? `${id}-message` : undefined}
        data-unusual={unusual || undefined}
        onChange={(event) => {
          onType(event.currentTarget.value);
        }}
        onKeyDown={onKey}
      />
      {message && (
        <Text id={`${id}-message`} size="xs" c={unusual ? undefined : "var(--mantine-color-error)"} role="alert">
          {message}
        </Text>
      )}
    </Table.Td>
  );
}

function State({ row }: { row: Row | undefined }) {
  const { t } = useTranslation();
  if (!row || (row.state === "editing" && Object.values(row.texts).every((text) => !text))) return null;
  const elsewhere = row.state === "refused" && !COLUMNS.some((column) => column === row.field);
  return (
    <Stack gap={2} role="status">
      <Badge color={STATE_COLORS[row.state]}>{t(`ward.state.${row.state}`)}</Badge>
      {row.state === "asking" && <Text size="xs">{t("ward.askHint")}</Text>}
      {row.savedAt && <Text size="xs">{dateTime(row.savedAt)}</Text>}
      {elsewhere && (
        <Text size="xs" c="var(--mantine-color-error)">
          {row.message}
        </Text>
      )}
    </Stack>
  );
}
