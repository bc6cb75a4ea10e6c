import type { KeyboardEvent } from "react";

const STEPS: Partial<Record<string, number>> = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };

/**
 * Enter and the arrows go up and down the column of values; after the last one Enter reaches the
 * button that saves, and with Ctrl it saves from anywhere. Returns whether the key was used.
 */
export function moveInColumn(event: KeyboardEvent<HTMLFormElement>): boolean {
  const form = event.currentTarget;
  const { target, key } = event;
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit();
    return true;
  }
  const step = STEPS[key];
  if (!step || !(target instanceof HTMLInputElement) || target.dataset["column"] === undefined) return false;
  const fields = [...form.querySelectorAll<HTMLInputElement>(`[data-column="${target.dataset["column"]}"]`)];
  const next = fields[fields.indexOf(target) + step];
  if (next) next.select();
  else if (key === "Enter") form.querySelector<HTMLButtonElement>('button[type="submit"]')?.focus();
  return true;
}
