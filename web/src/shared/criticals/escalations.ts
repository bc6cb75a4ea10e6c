import type { Schema } from "@/api/client";

/** Who was alerted together, and when, in order. */
export function byTurn(escalations: Schema["EscalationOut"][]): { turn: number; at: string; names: string[] }[] {
  const turns = new Map<number, { turn: number; at: string; names: string[] }>();
  for (const { turn, at, to_name } of escalations) {
    const known = turns.get(turn);
    if (known) known.names.push(to_name);
    else turns.set(turn, { turn, at, names: [to_name] });
  }
  return [...turns.values()];
}
