import { useCallback, useState } from "react";
import { useSearchParams } from "react-router";
import type { Schema } from "@/api/client";
import type { StudyFilters } from "@/api/queries";
import { useUser } from "@/session/react";

export const READING: Schema["ReadingStatus"][] = ["UNREAD", "READING", "READ"];

/** What a worklist can be narrowed by. */
export interface Worklist {
  reading: Schema["ReadingStatus"] | null;
  modality: string | null;
  /** `YYYY-MM-DD`, inclusive. */
  from: string | null;
  until: string | null;
  mine: boolean;
  /** A name or number of a patient: stays out of the address. */
  search: string;
  /** One of the API's names for a column, with `-` before it in reverse. */
  sort: Sort;
}

const ADDRESSED = ["reading", "modality", "from", "until", "sort"] as const;
export const NEWEST_FIRST = "-study_date";
const SORTS = ["study_date", "patient", "modality", "priority", "reading_status"] as const;
export type SortColumn = (typeof SORTS)[number];
export type Sort = SortColumn | `-${SortColumn}`;

function sortOf(value: string | null): Sort {
  const column = SORTS.find((name) => name === value?.replace(/^-/, ""));
  if (!column) return NEWEST_FIRST;
  return value?.startsWith("-") ? `-${column}` : column;
}

/** What a click on a column asks for: dates begin with the newest, a second click reverses. */
export function sortAfter(current: Sort, column: SortColumn): Sort {
  const first: Sort = column === "study_date" ? NEWEST_FIRST : column;
  if (current !== first) return first;
  return first === column ? `-${column}` : column;
}

function readingOf(value: string | null): Worklist["reading"] {
  return READING.find((status) => status === value) ?? null;
}

function dateOf(value: string | null): string | null {
  return value && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null;
}

/** The filters, kept in the address where that tells nothing about a patient. */
export function useWorklist() {
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  const worklist: Worklist = {
    reading: readingOf(params.get("reading")),
    modality: params.get("modality"),
    from: dateOf(params.get("from")),
    until: dateOf(params.get("until")),
    mine: params.has("mine"),
    search,
    sort: sortOf(params.get("sort")),
  };
  const change = useCallback(
    (changes: Partial<Worklist>) => {
      if (changes.search !== undefined) setSearch(changes.search);
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const key of ADDRESSED) {
            if (!(key in changes)) continue;
            const value = changes[key];
            if (value) next.set(key, value);
            else next.delete(key);
          }
          if (changes.mine === true) next.set("mine", "");
          if (changes.mine === false) next.delete("mine");
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setParams],
  );
  return { worklist, change };
}

/** The API's names for the filters; absent ones are left out. */
export function useStudyQuery(worklist: Worklist, search: string): StudyFilters {
  const user = useUser();
  const { reading, modality, from, until, mine, sort } = worklist;
  return {
    ordering: sort,
    ...(reading && { reading_status: reading }),
    ...(modality && { modality }),
    ...(from && { study_date_after: from }),
    ...(until && { study_date_before: until }),
    ...(mine && { reader: user.id }),
    ...(search && { search }),
  };
}
