import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";

export const rulesQuery = queryOptions({
  queryKey: keys.cds.rules,
  queryFn: ({ signal }) => unwrap(api.GET("/api/cds-rules/", { signal })),
});
