import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import type { Term } from "@/shared/chart/TermPicker";

/** Common problems or allergens by name or code. */
export function termsOf(kind: "problem" | "allergen") {
  return function useFound(q: string): { terms: Term[] | undefined; searching: boolean } {
    const found = useQuery({
      queryKey: keys.terms(kind, q),
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/emr/terms/", { params: { query: { kind, q } }, signal })),
      enabled: q !== "",
      staleTime: 600_000,
      placeholderData: keepPreviousData,
    });
    const korean = currentLanguage() === "ko";
    const terms = found.data?.map(({ code_system, code, name, name_ko }) => ({
      system: code_system,
      code,
      name: korean ? name_ko : name,
    }));
    return { terms, searching: found.isFetching };
  };
}
