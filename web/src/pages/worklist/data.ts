import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, fetchBlob, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { studyQuery } from "@/api/queries";
import type { WorklistQuery } from "@/shared/reading/useReadNext";

export type Row = Schema["WorklistRowOut"];
export type Query = WorklistQuery;
export type SavedFilter = Schema["SavedFilterOut"];

/** Waiting times grow without any news. */
const REFRESH_MS = 60_000;

const cursorOf = (next: string | null) => next && new URL(next).searchParams.get("cursor");

/** Page after page; rows change as the live line says. */
export function useWorklistRows(query: Query) {
  return useInfiniteQuery({
    queryKey: keys.worklist.list(query),
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam ? { cursor: pageParam } : {};
      return unwrap(api.GET("/api/ris/worklist/", { params: { query: { ...query, ...cursor } }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => cursorOf(next),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
}

export function useSavedFilters() {
  return useQuery({
    queryKey: keys.worklist.filters,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/worklist-filters/", { signal })),
  });
}

export function useKeepFilter() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; query: Record<string, string> }) =>
      unwrap(api.POST("/api/ris/worklist-filters/", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.worklist.filters }),
  });
}

export function useDeleteFilter() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (filter_id: number) =>
      unwrap(api.DELETE("/api/ris/worklist-filters/{filter_id}/", { params: { path: { filter_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.worklist.filters }),
  });
}

/** `reason`: to take the study over from whoever reads it. */
export function useLock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ uid, reason = "" }: { uid: string; reason?: string }) =>
      unwrap(
        api.POST("/api/ris/studies/{study_instance_uid}/lock/", {
          params: { path: { study_instance_uid: uid } },
          body: { reason },
        }),
      ),
    meta: { quiet: true },
    onSettled: () => client.invalidateQueries({ queryKey: keys.worklist.all }),
  });
}

/** What opening the study will ask for: its rows, the series' metadata, a first picture. */
export async function studyPrefetch(client: QueryClient, uid: string): Promise<void> {
  const study = await client.query({ ...studyQuery(uid), staleTime: "static" });
  const series = study.series.filter(({ images }) => images > 0).slice(0, 4);
  await Promise.allSettled(
    series.map(async ({ series_instance_uid }) => {
      const path = `/api/ris/series/${series_instance_uid}/preview/`;
      await client.query({
        queryKey: keys.preview(path),
        queryFn: ({ signal }) => fetchBlob(path, signal),
        staleTime: Infinity,
      });
    }),
  );
}
