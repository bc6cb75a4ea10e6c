import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { PAGE_SIZE } from "@/shared/DataTable";
import type { Body } from "@/shared/forms/fields";

/** The kinds of rows of a patient's record, which the API serves alike. */
export interface ChartRows {
  encounters: Schema["EncounterOut"];
  prescriptions: Schema["PrescriptionOut"];
  vitals: Schema["VitalsOut"];
  allergies: Schema["AllergyOut"];
  problems: Schema["ProblemOut"];
  notes: Schema["NoteOut"];
}
export type ChartKind = keyof ChartRows;
export type Change = Schema["RecordChangeOut"];

interface Page<Row> {
  count: number;
  next?: string | null;
  results: Row[];
}

/** One kind stands for all of them in the types. */
type Rows = "/api/emr/notes/";
type Row = "/api/emr/notes/{id}/";
type History = "/api/emr/notes/{id}/history/";
const rowsOf = (kind: ChartKind) => `/api/emr/${kind}/` as Rows;
const rowOf = (kind: ChartKind) => `/api/emr/${kind}/{id}/` as Row;
const historyOf = (kind: ChartKind) => `/api/emr/${kind}/{id}/history/` as History;
const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });

export interface ChartFilters {
  patient: number;
  page?: number;
  page_size?: number;
  deleted?: "true";
  ordering?: string;
  status?: string;
  active?: boolean;
}

export function chartQuery<K extends ChartKind>(kind: K, filters: ChartFilters) {
  const query = { page_size: PAGE_SIZE, ...filters } as object;
  return queryOptions({
    queryKey: keys.chart.list(filters.patient, kind, query),
    queryFn: async ({ signal }) => {
      const page: unknown = await unwrap(api.GET(rowsOf(kind), { params: { query }, signal }));
      return page as Page<ChartRows[K]>;
    },
  });
}

export function historyQuery(kind: ChartKind | "patients", patient: number, id: number) {
  return queryOptions({
    queryKey: keys.chart.history(patient, kind, id),
    queryFn: ({ signal }) => {
      const path = kind === "patients" ? ("/api/emr/patients/{id}/history/" as History) : historyOf(kind);
      const query = { page_size: 100 };
      return unwrap(api.GET(path, { params: { path: { id }, query }, signal }));
    },
  });
}

export async function readRow<K extends ChartKind>(kind: K, id: number): Promise<ChartRows[K]> {
  const row: unknown = await unwrap(api.GET(rowOf(kind), { params: { path: { id } } }));
  return row as ChartRows[K];
}

export function createRow(kind: ChartKind, patient: number, body: Body): Promise<unknown> {
  return unwrap(api.POST(rowsOf(kind), { body: { ...body, patient } as unknown as Schema["NoteInRequest"] }));
}

export function changeRow(kind: ChartKind, id: number, version: number, body: Body): Promise<unknown> {
  return unwrap(
    api.PATCH(rowOf(kind), {
      params: { path: { id }, header: ifMatch(version) },
      body: body,
    }),
  );
}

export function deleteRow(kind: ChartKind, id: number, version: number, reason: string): Promise<unknown> {
  return unwrap(
    api.DELETE(rowOf(kind), {
      params: { path: { id }, header: ifMatch(version) },
      body: { reason } as unknown as undefined as never,
    }),
  );
}

export function stopPrescription(id: number, version: number, reason: string): Promise<unknown> {
  return unwrap(
    api.POST("/api/emr/prescriptions/{id}/stop/", {
      params: { path: { id }, header: ifMatch(version) },
      body: { reason },
    }),
  );
}

export const summaryQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.chart.summary(patient),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/patients/{id}/summary/", { params: { path: { id: patient } }, signal })),
  });

/** After a change: all that is shown of the patient, on the ward too, is read again. */
export function useRefresh(patient: number): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.chart.of(patient) }),
      client.invalidateQueries({ queryKey: keys.patients.one(patient) }),
      client.invalidateQueries({ queryKey: keys.wards.all }),
    ]);
}
