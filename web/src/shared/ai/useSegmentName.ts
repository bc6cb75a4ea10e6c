import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "@/api/queries";
import { cardText } from "./jobs";

/** The name of a model's segment in the language of the page, where its card has one. */
export function useSegmentName(modelId: string): (label: string) => string {
  const models = useQuery(modelsQuery);
  const segments = models.data?.find(({ id }) => id === modelId)?.outputs.segments;
  const known = Array.isArray(segments) ? (segments as Record<string, unknown>[]) : [];
  return (label) => {
    const found = known.find((segment) => segment.label === label);
    return found ? String(cardText(found, "label")) : label;
  };
}
