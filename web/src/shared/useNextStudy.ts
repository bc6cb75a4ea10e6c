import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import type { paths } from "@/schema";

type Row = Schema["WorklistRowOut"];
type Query = NonNullable<paths["/api/ris/worklist/"]["get"]["parameters"]["query"]>;

/** The study that is mine to read now; undefined if none is left. */
export function useNextStudy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ priority, modality, assigned, ordering, search }: Query): Promise<Row | undefined> =>
      unwrap(
        api.POST("/api/ris/worklist/next/", {
          body: {
            ...(priority && { priority }),
            ...(modality && { modality }),
            ...(assigned && { assigned }),
            ...(ordering && { ordering }),
            ...(search && { search }),
          },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: keys.worklist.all }),
  });
}
