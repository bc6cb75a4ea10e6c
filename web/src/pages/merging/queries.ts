import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { PAGE_SIZE } from "@/shared/DataTable";

export const pairsQuery = (page: number) =>
  queryOptions({
    queryKey: keys.merging.pairs(page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/duplicates/", {
          params: { query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
  });

export const mergesQuery = (page: number) =>
  queryOptions({
    queryKey: keys.merging.list(page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/merges/", { params: { query: { page, page_size: PAGE_SIZE } }, signal }),
      ),
  });

export const previewQuery = (survivor: number, duplicate: number) =>
  queryOptions({
    queryKey: keys.merging.preview(survivor, duplicate),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/merges/preview/", { params: { query: { survivor, duplicate } }, signal })),
    staleTime: 0,
  });
