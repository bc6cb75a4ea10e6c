import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { ApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { showSuccess } from "@/shared/toasts";

export type Plan = Schema["PlanOut"];
export type Visit = Schema["VisitOut"];
export type Assessment = Schema["AssessmentOut"];

/** Of one patient all are shown; a patient has few. */
const ALL = 200;

export const plansQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "plans"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/treatments/plans/", { params: { query: { patient, page_size: ALL } }, signal }),
      ),
  });

export const eventsQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "events"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/treatments/events/", { params: { query: { patient, page_size: ALL } }, signal }),
      ),
  });

export const adverseQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "adverse"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/treatments/adverse-events/", {
          params: { query: { patient, page_size: ALL } },
          signal,
        }),
      ),
  });

export const termsQuery = queryOptions({
  queryKey: keys.treatment.terms,
  queryFn: ({ signal }) => unwrap(api.GET("/api/treatments/adverse-terms/", { signal })),
  staleTime: 3_600_000,
});

export const performanceQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "performance"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/treatments/performance/", {
          params: { query: { patient, page_size: ALL } },
          signal,
        }),
      ),
  });

export const patientVisitsQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "visits"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/followups/visits/", { params: { query: { patient, page_size: ALL } }, signal }),
      ),
  });

export const responsesQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "responses"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/followups/responses/", {
          params: { query: { patient, page_size: ALL } },
          signal,
        }),
      ),
  });

export const curvesQuery = (patient: number) =>
  queryOptions({
    queryKey: keys.treatment.part(patient, "curves"),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/followups/volume-curve/", { params: { query: { patient } }, signal })),
  });

export const survivalQuery = (kind: Schema["TreatmentKind"] | "") =>
  queryOptions({
    queryKey: keys.treatment.survival(kind),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/followups/survival/", { params: { query: kind ? { kind } : {} }, signal }),
      ),
  });

/** The text of a form as the API takes it: the named fields are null when they are emptied. */
export function withNulls(values: Record<string, string>, nullable: readonly string[]) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === "" && nullable.includes(name) ? null : value,
    ]),
  );
}

/** The values of a row as a form begins with them. */
export function asText(row: object, names: readonly string[]): Record<string, string> {
  const values = row as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => {
      const value = values[name];
      if (value == null) return [name, ""];
      return [name, typeof value === "string" ? value : JSON.stringify(value)];
    }),
  );
}

/** The row as it was read: the server refuses the change if somebody else made one. */
export function ifMatch({ version }: { version: number }) {
  return { "If-Match": `"${version}"` };
}

/** A line of a field that cannot be read, refused before it is sent. */
export function notWritten(field: string, message: string): ApiError {
  return new ApiError("refused", 400, null, message, "", field, null);
}

/** Records something of a patient, says so, and reads all of the patient's treatment anew. */
export function useRecording<Values>(
  patient: number,
  record: (values: Values) => Promise<unknown>,
  { done, said }: { done?: () => void; said?: string } = {},
) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: record,
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(said ?? t("treatment.saved"));
      done?.();
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.treatment.of(patient) }),
        client.invalidateQueries({ queryKey: keys.treatment.visits() }),
      ]),
  });
}
