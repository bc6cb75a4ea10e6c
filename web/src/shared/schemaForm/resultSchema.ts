import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { ApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import type { FieldSchema } from "./values";

/** The schema of a job type's results, the newest by default; null where it has none. */
export const resultSchemaQuery = (job_type: string, version: number | null = null) =>
  queryOptions({
    queryKey: keys.resultSchema(job_type, version),
    queryFn: async ({ signal }) => {
      const query = version === null ? {} : { version };
      try {
        const found: FieldSchema = await unwrap(
          api.GET("/api/ocs/result-schemas/{job_type}/", {
            params: { path: { job_type }, query },
            signal,
          }),
        );
        return found;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
