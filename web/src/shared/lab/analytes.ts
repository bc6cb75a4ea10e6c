import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";

/** What the laboratory measures, with its names; of a build of the server. */
const analytesQuery = queryOptions({
  queryKey: keys.analytes,
  queryFn: ({ signal }) => unwrap(api.GET("/api/lis/analytes/", { signal })),
  staleTime: Infinity,
});

/**
 * The name of an analyte in the person's language by its LOINC code, from the laboratory's catalogue;
 * `written` is what the result says, for a code that is not in it.
 */
export function useAnalyteName(): (code: string, written: string) => string {
  const { data } = useQuery(analytesQuery);
  return (code, written) =>
    data?.find((each) => each.code === code)?.name[currentLanguage()] ?? written;
}
