import { useQuery } from "@tanstack/react-query";
import { currentLanguage } from "@/i18n";
import { termsQuery } from "./data";

/** The terms of CTCAE by their names in the person's language, `also` by those in the other. */
export function useTerms(): { name: string; also: string }[] {
  const terms = useQuery(termsQuery).data ?? [];
  const korean = currentLanguage() === "ko";
  return terms.map(({ term, ko }) => (korean ? { name: ko, also: term } : { name: term, also: ko }));
}

/** A recorded term in the person's language; free text as it was written. */
export function useTermName(): (term: string) => string {
  const terms = useTerms();
  return (term) => terms.find(({ also }) => also === term)?.name ?? term;
}
