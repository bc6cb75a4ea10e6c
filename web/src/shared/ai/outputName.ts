import type { Schema } from "@/api/client";
import { cardText } from "./jobs";

/** The name of a model's segment, quantity or class in the page's language, if its card has one. */
export function outputName(card: Schema["ModelOut"] | null): (label: string) => string {
  const outputs = card?.outputs;
  const known = [outputs?.segments, outputs?.quantities, outputs?.classes].flatMap((declared) =>
    Array.isArray(declared) ? (declared as Record<string, unknown>[]) : [],
  );
  return (label) => {
    const found = known.find((output) => output.label === label);
    return found ? String(cardText(found, "label")) : label;
  };
}
