import { useEffect, useRef } from "react";

const STEPS: Partial<Record<string, number>> = { Enter: 1, ArrowDown: 1, ArrowUp: -1 };

/**
 * Enter and the arrows go up and down a column of fields (`data-column`); after the last one Enter
 * reaches the button that saves, and with Ctrl it saves from anywhere. Returns whether the key was
 * used.
 */
export function moveInColumn(form: HTMLFormElement, event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit();
    return true;
  }
  const step = STEPS[key];
  const column = target instanceof HTMLInputElement ? target.dataset["column"] : undefined;
  if (!step || column === undefined || event.isComposing) return false;
  const fields = [...form.querySelectorAll<HTMLInputElement>(`[data-column="${column}"]`)];
  const next = fields[fields.indexOf(target as HTMLInputElement) + step];
  if (next) {
    next.focus();
    next.select();
  } else if (key === "Enter") {
    form.querySelector<HTMLButtonElement>('button[type="submit"]')?.focus();
  }
  return true;
}

/** The keys of `moveInColumn` in a form, by its ref. */
export function useColumnKeys() {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const element = form.current;
    if (!element) return;
    const press = (event: KeyboardEvent) => {
      if (moveInColumn(element, event)) event.preventDefault();
    };
    element.addEventListener("keydown", press);
    return () => {
      element.removeEventListener("keydown", press);
    };
  }, []);
  return form;
}
