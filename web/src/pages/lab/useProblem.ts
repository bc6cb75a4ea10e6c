import { useTranslation } from "react-i18next";

const NAMED = ["value", "unit", "code", "hgvs", "gene", "vaf", "marker", "region", "change", "copies"] as const;

/** What is wrong with a field of a row, in a sentence. */
export function useProblem(): (field: string) => string {
  const { t } = useTranslation();
  return (field) => {
    const known = NAMED.find((name) => name === field);
    return known ? t(`lab.problem.${known}`) : t("lab.problem.row");
  };
}
