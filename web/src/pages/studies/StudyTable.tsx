import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useRef, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { studiesQuery, type StudyFilters } from "@/api/queries";
import { useIsStaff } from "@/session/react";
import { useAreaTitle } from "@/shared/useAreaTitle";
import { StudyRow } from "./StudyRow";
import classes from "./StudiesPage.module.css";
import { sortAfter, type Sort, type SortColumn } from "./useStudyFilters";

export const PAGE = 100;
const ROW_PX = 52;
const PHONE_ROW_PX = 118;
const HEADER_PX = 36;
/** A page that only flies past is not asked for. */
const SETTLE_MS = 100;

const COLUMNS = ["patient", "age", "description", "modality", "date", "images"] as const;
const STAFF_COLUMNS = ["priority", "state", ...COLUMNS, "reader"] as const;
const SORTABLE: Partial<Record<(typeof STAFF_COLUMNS)[number], SortColumn>> = {
  priority: "priority",
  state: "reading_status",
  patient: "patient",
  modality: "modality",
  date: "study_date",
};

/** The studies of the pages around what is seen, by their place in the whole list. */
function useRows(filters: StudyFilters, from: number, to: number) {
  const [settled] = useDebouncedValue(`${from}-${to}`, SETTLE_MS);
  const [first = 1, last = 1] = settled.split("-").map(Number);
  const pages = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const results = useQueries({
    queries: pages.map((page) => studiesQuery({ ...filters, page, page_size: PAGE })),
  });
  return (index: number) => {
    const page = Math.floor(index / PAGE) + 1;
    return results[page - first]?.data?.results[index % PAGE];
  };
}

interface StudyTableProps {
  filters: StudyFilters;
  count: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

/** The worklist, rendered only where it is seen: its length does not matter. */
export function StudyTable({ filters, count, sort, onSort }: StudyTableProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const title = useAreaTitle("studies");
  const staff = useIsStaff();
  const scroll = useRef<HTMLDivElement>(null);
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const height = phone ? PHONE_ROW_PX : ROW_PX;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 6,
    scrollMargin: phone ? 0 : HEADER_PX,
  });
  const items = virtualizer.getVirtualItems();
  const pageOf = (index: number | undefined) => Math.floor((index ?? 0) / PAGE) + 1;
  const studyAt = useRows(filters, pageOf(items[0]?.index), pageOf(items.at(-1)?.index));

  const step = useCallback(
    (to: number) => {
      const next = Math.min(count - 1, Math.max(0, to));
      virtualizer.scrollToIndex(next);
      requestAnimationFrame(() => {
        scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus();
      });
    },
    [count, virtualizer],
  );

  const open = useCallback(
    (event: MouseEvent<HTMLAnchorElement>) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      void navigate(event.currentTarget.pathname);
    },
    [navigate],
  );

  return (
    <div
      ref={scroll}
      className={classes.scroll}
      data-staff={staff || undefined}
      role="table"
      aria-label={title}
      aria-rowcount={count + 1}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes.header}>
          {(staff ? STAFF_COLUMNS : COLUMNS).map((column) => (
            <ColumnHeader
              key={column}
              name={t(`studies.${column}`)}
              column={SORTABLE[column]}
              sort={sort}
              onSort={onSort}
            />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
        {items.map(({ index, start }) => (
          <StudyRow
            key={index}
            index={index}
            top={start - virtualizer.options.scrollMargin}
            height={height}
            study={studyAt(index)}
            staff={staff}
            t={t}
            onOpen={open}
            onStep={step}
          />
        ))}
      </div>
    </div>
  );
}

interface ColumnHeaderProps {
  name: string;
  /** Undefined if the list cannot be sorted by it. */
  column: SortColumn | undefined;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

function ColumnHeader({ name, column, sort, onSort }: ColumnHeaderProps) {
  const { t } = useTranslation();
  if (!column) return <span role="columnheader">{name}</span>;
  const active = sort.replace("-", "") === column;
  const direction = sort.startsWith("-") ? "descending" : "ascending";
  return (
    <span role="columnheader" aria-sort={active ? direction : "none"}>
      <button
        type="button"
        className={classes.sort}
        title={t("studies.sortBy", { column: name })}
        onClick={() => {
          onSort(sortAfter(sort, column));
        }}
      >
        {name}
        <span aria-hidden>{active ? (direction === "ascending" ? " ▲" : " ▼") : ""}</span>
      </button>
    </span>
  );
}
