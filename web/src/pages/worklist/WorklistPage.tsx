import { Button, Paper, Tabs } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { asApiError } from "@/api/errors";
import { HeldStudy } from "@/shared/HeldStudy";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showError, showNote } from "@/shared/toasts";
import { useNextStudy } from "@/shared/useNextStudy";
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

/** A row that somebody may open soon, once the browser has nothing else to do. */
function usePrefetch(row: Row | undefined) {
  const client = useQueryClient();
  const uid = row?.study_instance_uid;
  useEffect(() => {
    if (!uid) return;
    const handle = requestIdleCallback(() => void studyPrefetch(client, uid).catch(() => undefined));
    return () => {
      cancelIdleCallback(handle);
    };
  }, [client, uid]);
}

/** Locks a study and goes to it; a colleague's lock asks for a reason first. */
function useOpening() {
  const navigate = useNavigate();
  const [held, setHeld] = useState<{ uid: string; holder: string } | null>(null);
  const lock = useLock();
  const { mutate } = lock;
  const open = useCallback(
    (uid: string, reason?: string) => {
      mutate(
        { uid, ...(reason && { reason }) },
        {
          onSuccess: () => void navigate(`/studies/${uid}/read`),
          onError: (thrown) => {
            const error = asApiError(thrown);
            if (error.code === HELD) setHeld({ uid, holder: error.detail });
            else showError(thrown);
          },
        },
      );
    },
    [mutate, navigate],
  );
  return { open, held, setHeld, busy: lock.isPending };
}

export default function WorklistPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { asked, ask } = useAsked();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 300);
  const [focused, setFocused] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const filters = useSavedFilters();
  const query = queryOf(asked, search);
  const pages = useWorklistRows(query);
  const rows = pages.data?.pages.flatMap(({ results }) => results) ?? [];
  const { open, held, setHeld, busy } = useOpening();
  const [assigned, setAssigned] = useState<Row | null>(null);
  const next = useNextStudy();
  const saved = filters.data?.results.find((filter) => isSame(filter.query, asked));
  usePrefetch(rows.slice(Math.max(0, focused)).find(({ reading_state }) => reading_state === "unread"));

  const { mutate: takeNext } = next;
  const goNext = () => {
    takeNext(query, {
      onError: showError,
      onSuccess: (row) => {
        if (row) void navigate(`/studies/${row.study_instance_uid}/read`);
        else showNote(t("worklist.nothingNext"));
      },
    });
  };
  const { hasNextPage, fetchNextPage } = pages;
  useWorklistKeys({
    focused,
    count: rows.length,
    enabled: held === null && assigned === null && !next.isPending,
    onNext: goNext,
    onMove: (index) => {
      list.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus();
      if (index === rows.length - 1 && hasNextPage) void fetchNextPage();
    },
  });
  const openRow = useCallback(
    (row: Row) => {
      open(row.study_instance_uid);
    },
    [open],
  );
  const tab = saved ? idOf(saved) : "own";
  return (
    <div className={classes.page}>
      <PageHeader title={t("worklist.title")} subtitle={t("worklist.keys")}>
        <Button onClick={goNext} loading={next.isPending} aria-keyshortcuts="n">
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
