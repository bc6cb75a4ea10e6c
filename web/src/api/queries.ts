import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./keys";
import type { paths } from "@/schema";

/** On one page: a hospital has fewer. */
export const MOST_WARDS = 200;

type Query<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Q } };
}
  ? NonNullable<Q>
  : never;

export type StudyFilters = Query<"/api/ris/studies/">;
export type JobFilters = Query<"/api/ai/jobs/">;
export type ShareFilters = Query<"/api/shares/">;
export type GlassFilters = Query<"/api/emr/break-glass/">;
export type OrderFilters = Query<"/api/ocs/orders/">;
export type ReportFilters = Query<"/api/ris/reports/">;
export type VisitFilters = Query<"/api/followups/visits/">;

export const studiesQuery = (query: StudyFilters) =>
  queryOptions({
    queryKey: keys.studies.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/studies/", { params: { query }, signal })),
  });

export const studyQuery = (study_instance_uid: string) =>
  queryOptions({
    queryKey: keys.studies.one(study_instance_uid),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/studies/{study_instance_uid}/", {
          params: { path: { study_instance_uid } },
          signal,
        }),
      ),
  });

export const registrationsQuery = (study: string) =>
  queryOptions({
    queryKey: keys.registrations.ofStudy(study),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ris/registrations/", { params: { query: { study } }, signal })),
  });

export const seriesQuery = (series_instance_uid: string) =>
  queryOptions({
    queryKey: keys.series(series_instance_uid),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/series/{series_instance_uid}/", {
          params: { path: { series_instance_uid } },
          signal,
        }),
      ),
  });

export const jobsQuery = (query: JobFilters) =>
  queryOptions({
    queryKey: keys.ai.jobList(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ai/jobs/", { params: { query }, signal })),
  });

export const jobQuery = (job_id: number) =>
  queryOptions({
    queryKey: keys.ai.job(job_id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ai/jobs/{job_id}/", { params: { path: { job_id } }, signal })),
  });

export const modelsQuery = queryOptions({
  queryKey: keys.ai.models,
  queryFn: ({ signal }) => unwrap(api.GET("/api/ai/models/", { signal })),
  staleTime: 600_000,
});

export const modelSettingsQuery = queryOptions({
  queryKey: keys.ai.modelSettings,
  queryFn: ({ signal }) => unwrap(api.GET("/api/ai/model-settings/", { signal })),
});

export const provenanceQuery = (segmentation_id: number, version: number) =>
  queryOptions({
    queryKey: keys.ai.provenance(segmentation_id, version),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ai/segmentations/{segmentation_id}/versions/{version}/provenance/", {
          params: { path: { segmentation_id, version } },
          signal,
        }),
      ),
  });

export const segmentationQuery = (segmentation_id: number) =>
  queryOptions({
    queryKey: keys.ai.segmentation(segmentation_id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ai/segmentations/{segmentation_id}/", {
          params: { path: { segmentation_id } },
          signal,
        }),
      ),
  });

export const ordersQuery = (query: OrderFilters) =>
  queryOptions({
    queryKey: keys.orders.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ocs/orders/", { params: { query }, signal })),
  });

export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: keys.orders.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ocs/orders/{id}/", { params: { path: { id } }, signal })),
  });

export const visitsQuery = (query: VisitFilters) =>
  queryOptions({
    queryKey: keys.treatment.visits(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/followups/visits/", { params: { query }, signal })),
  });

export const patientQuery = (id: number) =>
  queryOptions({
    queryKey: keys.patients.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/patients/{id}/", { params: { path: { id } }, signal })),
  });

/** Closed ones too: what happened in them stays. */
export const wardsQuery = queryOptions({
  queryKey: keys.wards.list,
  queryFn: ({ signal }) =>
    unwrap(api.GET("/api/emr/wards/", { params: { query: { page_size: MOST_WARDS } }, signal })),
});

/** Patients who were changed here and in OpenEMR. */
export const conflictsQuery = queryOptions({
  queryKey: keys.patients.conflicts,
  queryFn: ({ signal }) => unwrap(api.GET("/api/emr/sync/conflicts/", { signal })),
});

/** Corrections of contact data that wait for a decision. */
export const contactRequestsQuery = queryOptions({
  queryKey: keys.contactRequests.pending,
  queryFn: ({ signal }) =>
    unwrap(
      api.GET("/api/emr/contact-requests/", {
        params: { query: { state: "pending", page_size: 200 } },
        signal,
      }),
    ),
});

export const sharesQuery = (query: ShareFilters) =>
  queryOptions({
    queryKey: keys.shares.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/shares/", { params: { query }, signal })),
  });

export const accessQuery = (id: number) =>
  queryOptions({
    queryKey: keys.patients.access(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/patients/{id}/access/", { params: { path: { id } }, signal })),
  });

/** Of one's own account, or of a user's for an administrator. */
export const sessionsQuery = (user: number | null) =>
  queryOptions({
    queryKey: keys.sessions.of(user),
    queryFn: ({ signal }) =>
      user === null
        ? unwrap(api.GET("/api/acct/sessions/", { signal }))
        : unwrap(
            api.GET("/api/acct/users/{user_id}/sessions/", {
              params: { path: { user_id: user } },
              signal,
            }),
          ),
  });

export const glassQuery = (query: GlassFilters) =>
  queryOptions({
    queryKey: keys.glass.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/emr/break-glass/", { params: { query }, signal })),
  });

/** The record of a patient who is logged in; null while none belongs to the account. */
export const ownPatientQuery = queryOptions({
  queryKey: keys.patients.list("", 1),
  queryFn: ({ signal }) =>
    unwrap(api.GET("/api/emr/patients/", { params: { query: { page_size: 1 } }, signal })),
});
/** Asks every two seconds until the index has every image of the upload. */
export const uploadStatusQuery = (statusUrl: string) =>
  queryOptions({
    queryKey: keys.upload(statusUrl),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/upload/dicom/{upload_id}/", {
          params: { path: { upload_id: statusUrl.split("/").at(-2) ?? "" } },
          signal,
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.indexed ? false : 2000),
  });
