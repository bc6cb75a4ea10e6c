import { useCallback, useState } from "react";
import { api, unwrap } from "@/api/client";
import type { CheckedRow } from "./data";

type Row = Record<string, unknown>;
export type Checks = ReadonlyMap<string, CheckedRow>;

/** What the server says of rows before they are entered, by the key of the row. */
export function useRowCheck(order: number) {
  const [checks, setChecks] = useState<Checks>(new Map());
  const ask = useCallback(
    async (result: Record<string, Row[]>): Promise<CheckedRow[]> => {
      const { rows } = await unwrap(
        api.POST("/api/lis/orders/{id}/results/check/", {
          params: { path: { id: order } },
          body: { result },
        }),
      );
      return rows;
    },
    [order],
  );
  const forget = useCallback((isOld: (key: string) => boolean) => {
    setChecks((known) => new Map([...known].filter(([each]) => !isOld(each))));
  }, []);
  /** Of one row that was left; an answer that does not come is no obstacle, saving asks again. */
  const checkRow = useCallback(
    async (key: string, list: string, row: Row) => {
      const [found] = await ask({ [list]: [row] }).catch(() => []);
      if (found) setChecks((known) => new Map(known).set(key, found));
    },
    [ask],
  );
  /** Of all; `keysOf` names the rows of each list in the order in which they are sent. */
  const checkAll = useCallback(
    async (result: Record<string, Row[]>, keysOf: Record<string, string[]>) => {
      const found = await ask(result);
      setChecks(new Map(found.map((row) => [keysOf[row.list]?.[row.index] ?? "", row])));
      return found.every(({ values }) => values !== null);
    },
    [ask],
  );
  return { checks, checkRow, checkAll, forget };
}
