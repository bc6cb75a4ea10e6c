import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "@/api/queries";
import { cardText } from "./jobs";

/** The name of a model's segment, quantity or class in the page's language, if its card has one. */
export function useOutputName(modelId: string): (label: string) => string {
  const models = useQuery(modelsQuery);
  const outputs = models.data?.find(({ id }) => id === modelId)?.outputs;
  const known = [outputs?.segments, outputs?.quantities, outputs?.classes].flatMap((declared) =>
    Array.isArray(declared) ? (declared as Record<string, unknown>[]) : [],
  );
  return (label) => {
    const found = known.find((output) => output.label === label);
    return found ? String(cardText(found, "label")) : label;
  };
}
