import { useEffect, useRef } from "react";

const STEPS: Partial<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

interface KeysOptions {
  /** The row that has the focus, by its place. */
  focused: number;
  count: number;
  onMove: (index: number) => void;
  onNext: () => void;
  /** While a dialog is open the keys are its own. */
  enabled: boolean;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=listbox]");

/**
 * j, k and the arrows move through the rows, n takes the next study; Enter is the row's own link.
 * Keys go to what is typed in, and to nothing while a modifier is held.
 */
export function useWorklistKeys(options: KeysOptions): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { focused, count, onMove, onNext, enabled } = latest.current;
      const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
      if (!enabled || modified || isTyping(event.target)) return;
      const inRows = event.target === document.body || (event.target as Element).closest("main");
      if (!inRows) return;
      const step = STEPS[event.key];
      if (step && count > 0) {
        event.preventDefault();
        onMove(Math.min(count - 1, Math.max(0, focused + step)));
      } else if (event.key === "n" && !event.repeat) {
        event.preventDefault();
        onNext();
      }
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
    };
  }, []);
}
