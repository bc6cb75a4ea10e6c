import { useCallback } from "react";
import { useSearchParams } from "react-router";
import type { Query } from "./data";

const ADDRESSED = ["state", "priority", "modality", "assigned", "reader", "ordering"] as const;
/** The parameters of the worklist as text; those of one's own filter have no others. */
export type Asked = Partial<Record<(typeof ADDRESSED)[number], string>>;

/** What the page begins with: whatever is still to be read. */
const DEFAULT: Asked = { state: "unread,being_read" };

/** What is asked for, kept in the address: nothing of it tells of a patient. */
export function useAsked() {
  const [params, setParams] = useSearchParams();
  const said: Asked = {};
  for (const key of ADDRESSED) {
    const value = params.get(key);
    if (value) said[key] = value;
  }
  const asked = params.size ? said : DEFAULT;
  const ask = useCallback(
    (next: Asked) => {
      // Something stays in the address, so that "all" differs from the page's beginning.
      const given = Object.entries(next).filter(([, value]) => value);
      setParams(given.length ? Object.fromEntries(given) : { ordering: "target" }, { replace: true });
    },
    [setParams],
  );
  return { asked, ask };
}

/** As the client of the API types it; what it does not know the server refuses in words. */
export function queryOf(asked: Asked, search: string): Query {
  return { ...asked, ...(search && { search }) } as Query;
}

/** Whether two questions are the same but for the order. */
export function isSame(one: Asked, other: Asked): boolean {
  return ADDRESSED.every((key) => key === "ordering" || (one[key] ?? "") === (other[key] ?? ""));
}

/** What a click on a column asks for: a second click reverses. */
export function orderAfter(current: string | undefined, column: string): string {
  const first = column === "waiting_minutes" || column === "study_date" ? `-${column}` : column;
  if (current !== first) return first;
  return first.startsWith("-") ? column : `-${column}`;
}
