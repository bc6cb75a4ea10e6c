import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { jobQuery } from "@/api/queries";
import { isMoving, POLL_MS } from "./jobs";

/** A job, asked about again while it moves. */
export function useJob(id: number) {
  return useQuery({
    ...jobQuery(id),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? POLL_MS : false),
  });
}

/** Cancel a running job, or run a failed one again. */
export function useJobStep(id: number, step: "cancel" | "retry") {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => {
      const options = { params: { path: { job_id: id } } };
      return unwrap(
        step === "cancel"
          ? api.POST("/api/ai/jobs/{job_id}/cancel/", options)
          : api.POST("/api/ai/jobs/{job_id}/retry/", options),
      );
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.ai.all }),
  });
}
