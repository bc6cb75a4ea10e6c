import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys, ORDER_KEYS } from "@/api/keys";
import type { paths } from "@/schema";

type Query<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Q } };
}
  ? NonNullable<Q>
  : never;

export type LabOrder = Schema["LabOrderOut"];
export type Order = Schema["OrderOut"];
export type Specimen = Schema["SpecimenOut"];
export type Version = Schema["LabResultOut"];
export type Panel = Schema["PanelOut"];
export type Critical = Schema["CriticalOut"];
export type Message = Schema["MessageOut"];
export type CheckedRow = Schema["CheckedRowOut"];
export type WorklistFilters = Query<"/api/lis/worklist/">;
export type SpecimenFilters = Query<"/api/lis/specimens/">;
export type MessageFilters = Query<"/api/lis/messages/">;
export type LabValue = Schema["LabValueOut"];

export const REFRESH_MS = 30_000;
/** As many as a page of the server holds. */
const MOST = 200;

export const worklistQuery = (query: WorklistFilters) =>
  queryOptions({
    queryKey: keys.lab.worklist(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/lis/worklist/", { params: { query }, signal })),
    refetchInterval: REFRESH_MS,
  });

export const countsQuery = queryOptions({
  queryKey: keys.lab.counts,
  queryFn: ({ signal }) => unwrap(api.GET("/api/lis/worklist/counts/", { signal })),
  refetchInterval: REFRESH_MS,
});

export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: keys.orders.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ocs/orders/{id}/", { params: { path: { id } }, signal })),
  });

export const specimensQuery = (query: SpecimenFilters) =>
  queryOptions({
    queryKey: keys.lab.specimens(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/lis/specimens/", { params: { query }, signal })),
  });

export const specimensOfQuery = (id: number) =>
  queryOptions({
    queryKey: keys.lab.specimensOf(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/lis/orders/{id}/specimens/", {
          params: { path: { id }, query: { page_size: MOST } },
          signal,
        }),
      ),
  });

export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: keys.lab.versions(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/lis/orders/{id}/results/", {
          params: { path: { id }, query: { page_size: MOST } },
          signal,
        }),
      ),
  });

export const panelQuery = (id: number) =>
  queryOptions({
    queryKey: keys.lab.panel(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/lis/orders/{id}/panel/", { params: { path: { id } }, signal })),
    staleTime: 600_000,
  });

/** The patient's values of other orders, newest first. */
export const valuesBeforeQuery = (order: Order) =>
  queryOptions({
    queryKey: keys.lab.before(order.id),
    queryFn: async ({ signal }) => {
      const query = { patient: order.patient.id, ordering: "-at", page_size: MOST };
      const { results } = await unwrap(api.GET("/api/lis/values/", { params: { query }, signal }));
      const out = results.findIndex((value) => value.order === order.id);
      return results.slice(Math.max(out, 0)).filter((value) => value.order !== order.id);
    },
  });

/** Earlier orders of the same test that have a result, newest first. */
export const resultsBeforeQuery = (order: Order) =>
  queryOptions({
    queryKey: keys.lab.before(order.id),
    queryFn: async ({ signal }) => {
      const { job_type, patient } = order;
      const query = { job_role: "LIS" as const, job_type, patient: patient.id, page_size: 20 };
      const found = { ...query, until: order.ordered_at, ordering: "-ordered_at" };
      const { results } = await unwrap(
        api.GET("/api/ocs/orders/", { params: { query: found }, signal }),
      );
      return results.filter(({ id, result }) => id !== order.id && result);
    },
  });

export const criticalsQuery = (open: boolean, page: number) =>
  queryOptions({
    queryKey: keys.lab.criticals(open, page),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/lis/critical/", { params: { query: { open, page } }, signal })),
    refetchInterval: REFRESH_MS,
  });

export const messagesQuery = (query: MessageFilters) =>
  queryOptions({
    queryKey: keys.lab.messages(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/lis/messages/", { params: { query }, signal })),
  });

export const messageQuery = (message_id: number) =>
  queryOptions({
    queryKey: keys.lab.message(message_id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/lis/messages/{message_id}/", { params: { path: { message_id } }, signal }),
      ),
  });

/** Have everything of the laboratory and the orders asked for again. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [keys.lab.all, ...ORDER_KEYS, keys.counts]) {
      void client.invalidateQueries({ queryKey });
    }
  };
}
