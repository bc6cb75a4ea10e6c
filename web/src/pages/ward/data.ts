import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";

export type Board = Schema["BoardOut"];
export type Bed = Schema["BedOut"];
export type Bedside = Schema["BedsideOut"];

export const REFRESH_MS = 30_000;
export const boardQuery = (id: number) =>
  queryOptions({
    queryKey: keys.wards.board(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/wards/{id}/board/", { params: { path: { id } }, signal })),
  });

/** A change of who lies where; every ward is looked at anew, also after a refusal: what was shown may be old. */
export function useMove<T>(move: (value: T) => Promise<unknown>, done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: move,
    meta: { quiet: true },
    onSuccess: done,
    onSettled: () =>
      Promise.all(
        [keys.wards.all, keys.chart.all].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
}

/** The patients whom the reader sees, in the order of the beds. */
export function bedsidesOf(board: Board): { bed: string; bedside: Bedside }[] {
  return board.beds.flatMap(({ bed, bedside }) => (bedside ? [{ bed, bedside }] : []));
}
