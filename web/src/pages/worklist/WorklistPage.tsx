import { Button, Paper, Tabs } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/api/errors";
import { useUser } from "@/session/react";
import { HeldStudy } from "@/shared/HeldStudy";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { usePrepareViewer } from "@/shared/reading/preparedViewer";
import { isFree, useGoReading, useReadNext, type WorklistQuery } from "@/shared/reading/useReadNext";
import { showError } from "@/shared/toasts";
import {
  studyPrefetch,
  useLock,
  useSavedFilters,
  useWorklistRows,
  type Row,
  type SavedFilter,
} from "./data";
import { Assign } from "./Assign";
import { FilterBar } from "./FilterBar";
import { isSame, queryOf, useAsked, type Asked } from "./useQueryParams";
import { useWorklistKeys } from "./useWorklistKeys";
import { WorklistTable } from "./WorklistTable";
import classes from "./Worklist.module.css";

const HELD = "ERR_308";
const idOf = (filter: SavedFilter) => filter.key || String(filter.id);

/** How long the focus stays on a row before it is prepared. */
const PAUSE_MS = 300;

/** A row that somebody may open soon: its page and its viewer, once the browser has nothing else to do. */
function usePrefetch(row: Row | undefined) {
  const client = useQueryClient();
  const prepare = usePrepareViewer();
  const [wanted] = useDebouncedValue(row, PAUSE_MS);
  useEffect(() => {
    if (!wanted) return;
    const handle = requestIdleCallback(() => {
      prepare(wanted);
      void studyPrefetch(client, wanted.study_instance_uid).catch(() => undefined);
    });
    return () => {
      cancelIdleCallback(handle);
    };
  }, [client, prepare, wanted]);
}

/** Locks a study and goes to it; a colleague's lock asks for a reason first. */
function useOpening(query: WorklistQuery) {
  const go = useGoReading();
  const asked = useRef(query);
  useEffect(() => {
    asked.current = query;
  });
  const [held, setHeld] = useState<{ uid: string; holder: string } | null>(null);
  const lock = useLock();
  const { mutate } = lock;
  const open = useCallback(
    (uid: string, reason?: string) => {
      mutate(
        { uid, ...(reason && { reason }) },
        {
          onSuccess: () => {
            go(uid, asked.current);
          },
          onError: (thrown) => {
            const error = asApiError(thrown);
            if (error.code === HELD) setHeld({ uid, holder: error.detail });
            else showError(thrown);
          },
        },
      );
    },
    [go, mutate],
  );
  return { open, held, setHeld, busy: lock.isPending };
}

export default function WorklistPage() {
  const { t } = useTranslation();
  const { asked, ask } = useAsked();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 300);
  const [focused, setFocused] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const filters = useSavedFilters();
  const query = queryOf(asked, search);
  const pages = useWorklistRows(query);
  const rows = pages.data?.pages.flatMap(({ results }) => results) ?? [];
  const { open, held, setHeld, busy } = useOpening(query);
  const [assigned, setAssigned] = useState<Row | null>(null);
  const next = useReadNext(query);
  const saved = filters.data?.results.find((filter) => isSame(filter.query, asked));
  const user = useUser();
  usePrefetch(rows.slice(Math.max(0, focused)).find((row) => isFree(row, user.id)));

  const { hasNextPage, fetchNextPage } = pages;
  useWorklistKeys({
    focused,
    count: rows.length,
    enabled: held === null && assigned === null && !next.busy,
    onNext: next.take,
    onMove: (index) => {
      list.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus();
      if (index === rows.length - 1 && hasNextPage) void fetchNextPage();
    },
  });
  const prepare = usePrepareViewer();
  const openRow = useCallback(
    (row: Row) => {
      if (isFree(row, user.id)) prepare(row);
      open(row.study_instance_uid);
    },
    [open, prepare, user.id],
  );
  const tab = saved ? idOf(saved) : "own";
  return (
    <div className={classes.page}>
      <PageHeader title={t("worklist.title")} subtitle={t("worklist.keys")}>
        <Button onClick={next.take} loading={next.busy} aria-keyshortcuts="n">
          {t("worklist.next")}
        </Button>
      </PageHeader>
      <FilterTabs filters={filters.data?.results ?? []} value={tab} onAsk={ask} />
      <FilterBar asked={asked} search={typed} saved={saved} onAsk={ask} onSearch={setTyped} />
      <Paper withBorder className={classes.list} ref={list} tabIndex={0} role="region" aria-label={t("worklist.title")}>
        <QueryView
          query={pages}
          rows={8}
          empty={t("worklist.none")}
          isEmpty={() => rows.length === 0}
        >
          {() => (
            <>
              <WorklistTable
                rows={rows}
                ordering={asked.ordering}
                onOrder={(ordering) => {
                  ask({ ...asked, ordering });
                }}
                onOpen={openRow}
                onAssign={setAssigned}
                onFocus={setFocused}
              />
              {hasNextPage && (
                <Button
                  variant="subtle"
                  fullWidth
                  loading={pages.isFetchingNextPage}
                  onClick={() => void fetchNextPage()}
                >
                  {t("worklist.more")}
                </Button>
              )}
            </>
          )}
        </QueryView>
      </Paper>
      {assigned && (
        <Assign
          row={assigned}
          onClose={() => {
            setAssigned(null);
          }}
        />
      )}
      <HeldStudy
        key={held?.uid}
        holder={held?.holder ?? null}
        text={t("worklist.takeOverText")}
        button={t("worklist.takeOver")}
        busy={busy}
        onClose={() => {
          setHeld(null);
        }}
        onReason={(reason) => {
          if (held) open(held.uid, reason);
        }}
      />
    </div>
  );
}

interface FilterTabsProps {
  filters: SavedFilter[];
  value: string;
  onAsk: (asked: Asked) => void;
}

function FilterTabs({ filters, value, onAsk }: FilterTabsProps) {
  const { t } = useTranslation();
  return (
    <Tabs
      value={value}
      onChange={(chosen) => {
        const filter = filters.find((each) => idOf(each) === chosen);
        if (filter) onAsk(filter.query);
      }}
    >
      <Tabs.List mb="sm" aria-label={t("worklist.filters")}>
        {filters.map((filter) => (
          <Tabs.Tab key={idOf(filter)} value={idOf(filter)}>
            {filter.name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}
