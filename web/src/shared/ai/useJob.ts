import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { jobQuery } from "@/api/queries";
import { isMoving, POLL_MS, PROGRESS_MS } from "./jobs";

/** A job, asked about again while it moves. */
export function useJob(id: number) {
  return useQuery({
    ...jobQuery(id),
    refetchInterval: ({ state: { data } }) => {
      if (!data || !isMoving(data)) return false;
      return data.status === "PROCESSING" ? PROGRESS_MS : POLL_MS;
    },
  });
}

/** Of a job: cancel, run again; of its publication: try again, take the approval back. */
type JobStep = "cancel" | "retry" | "publication/retry" | "publication/withdraw";

export function useJobStep(id: number, step: JobStep) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const options = { params: { path: { job_id: id } } };
      const call = {
        cancel: () => api.POST("/api/ai/jobs/{job_id}/cancel/", options),
        retry: () => api.POST("/api/ai/jobs/{job_id}/retry/", options),
        "publication/retry": () =>
          api.POST("/api/ai/jobs/{job_id}/publication/retry/", options),
        "publication/withdraw": () =>
          api.POST("/api/ai/jobs/{job_id}/publication/withdraw/", options),
      }[step];
      return unwrap(call());
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.ai.all }),
  });
}
