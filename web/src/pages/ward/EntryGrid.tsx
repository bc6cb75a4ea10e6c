import { Alert, Button, Group, Paper, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { COLUMNS, type Place } from "./cells";
import { bedsidesOf, type Board } from "./data";
import classes from "./EntryGrid.module.css";
import { EntryRow } from "./EntryRow";
import { entryOf } from "./openEntry";

/** Vital signs of the whole ward: rows are patients, Enter goes on to the next one. */
export function EntryGrid({ board }: { board: Board }) {
  const { t } = useTranslation();
  const { id: user } = useUser();
  const client = useQueryClient();
  const entry = entryOf(user, board.ward.id);
  const rows = useSyncExternalStore(entry.subscribe, entry.getRows);
  const [roundAt, setRoundAt] = useState("");
  const grid = useRef<HTMLTableSectionElement>(null);
  const bedsides = bedsidesOf(board);
  const saved = [...rows.values()].filter(({ savedAt }) => savedAt !== null).length;
  useEffect(() => {
    if (saved === 0) return;
    for (const queryKey of [keys.wards.all, keys.chart.all]) void client.invalidateQueries({ queryKey });
  }, [saved, client]);
  useUnloadWarning(() => entry.unsaved > 0);
  useEffect(() => {
    window.addEventListener("online", entry.retry);
    return () => {
      window.removeEventListener("online", entry.retry);
    };
  }, [entry]);
  const go = useCallback(({ row, column }: Place) => {
    const cell = grid.current?.rows[row]?.querySelectorAll("input")[column];
    cell?.focus();
    cell?.select();
  }, []);
  const waiting = entry.waiting;
  if (bedsides.length === 0) return <Text c="dimmed">{t("ward.nobody")}</Text>;
  return (
    <Stack>
      <Group align="flex-end" justify="space-between">
        <TextInput
          type="datetime-local"
          label={t("ward.roundAt")}
          description={t("ward.roundAtHint")}
          value={roundAt}
          onChange={(event) => {
            setRoundAt(event.currentTarget.value);
          }}
        />
        <Text size="xs" c="dimmed" maw={520}>
          {t("ward.keysHint")}
        </Text>
      </Group>
      {waiting > 0 && (
        <Alert color="orange" role="status" title={t("ward.waiting", { count: waiting })}>
          <Group>
            <Text size="sm">{t("ward.waitingHint")}</Text>
            <Button size="compact-sm" variant="default" onClick={entry.retry}>
              {t("common.retry")}
            </Button>
          </Group>
        </Alert>
      )}
      <Paper withBorder>
        <Table.ScrollContainer type="native" minWidth={1080} role="group" aria-label={t("ward.entry")} tabIndex={0}>
          <Table aria-label={t("ward.entry")} className={classes.grid} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t("ward.column.patient")}</Table.Th>
                {COLUMNS.map((column) => (
                  <Table.Th key={column} scope="col">
                    {t(`ward.measure.${column}`)}
                    <Text size="xs" c="dimmed">
                      {t(`ward.unit.${column}`)}
                    </Text>
                  </Table.Th>
                ))}
                <Table.Th scope="col">{t("ward.column.state")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody ref={grid}>
              {bedsides.map(({ bed, bedside }, index) => (
                <EntryRow
                  key={bedside.patient.id}
                  bed={bed}
                  bedside={bedside}
                  index={index}
                  rows={bedsides.length}
                  row={rows.get(bedside.patient.id)}
                  entry={entry}
                  measuredAt={roundAt ? new Date(roundAt).toISOString() : null}
                  onGo={go}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </Stack>
  );
}

/** Closing the window asks first while something is not saved. */
function useUnloadWarning(isUnsaved: () => boolean) {
  const asked = useRef(isUnsaved);
  useEffect(() => {
    asked.current = isUnsaved;
  });
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (asked.current()) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
    };
  }, []);
}
