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

export const PAGE = 100;
const ROW_PX = 52;
const PHONE_ROW_PX = 96;
const HEADER_PX = 36;
/** A page that only flies past is not asked for. */
const SETTLE_MS = 100;

const COLUMNS = ["patient", "description", "date", "images"] as const;
const STAFF_COLUMNS = ["state", ...COLUMNS, "reader"] as const;

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

/** The worklist, rendered only where it is seen: its length does not matter. */
export function StudyTable({ filters, count }: { filters: StudyFilters; count: number }) {
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
            <span key={column} role="columnheader">
              {t(`studies.${column}`)}
            </span>
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
