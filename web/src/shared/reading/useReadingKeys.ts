import { useEffect, useRef, type RefObject, type SyntheticEvent } from "react";

/** By the digit that goes there. */
const PARTS = ["history", "images", "report", "values"];
const FIELDS = "textarea, input:not([type=hidden]), select, button:enabled, a[href], [tabindex='0']";

/** The first field of what a part says one begins with, else of the part; else the part itself. */
export function focusBeginning(part: HTMLElement | null): void {
  const beginning = part?.querySelector("[data-begin]") ?? part;
  (beginning?.querySelector<HTMLElement>(FIELDS) ?? part)?.focus();
}

/** In the images the focus goes to what takes the viewer's keys. */
function enter(room: HTMLElement, part: string): void {
  const found = room.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (found instanceof HTMLIFrameElement) {
    found.focus();
    found.contentWindow?.focus();
    return;
  }
  focusBeginning(found);
}

/**
 * Alt+1 to 4 go to history, images, report and values; a letter with Alt presses the button, or goes to the text,
 * that names it in `aria-keyshortcuts`. Also from within the images, whose frame hears its own keys; never while a dialog is open.
 * Returns what a frame calls when it is loaded.
 */
export function useReadingKeys(room: RefObject<HTMLElement | null>) {
  const pressed = useRef((event: KeyboardEvent) => {
    if (!room.current || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    if (document.querySelector("[role=dialog]")) return;
    const part = PARTS[Number(/^Digit([1-4])$/.exec(event.code)?.[1]) - 1];
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    const named = letter && room.current.querySelector<HTMLElement>(`[aria-keyshortcuts="Alt+${letter}"]`);
    if (!part && !named) return;
    event.preventDefault();
    event.stopPropagation();
    if (part) enter(room.current, part);
    else if (named instanceof HTMLButtonElement) named.click();
    else if (named) named.focus();
  });
  useEffect(() => {
    const listener = pressed.current;
    window.addEventListener("keydown", listener, true);
    return () => {
      window.removeEventListener("keydown", listener, true);
    };
  }, []);
  return ({ currentTarget }: SyntheticEvent<HTMLIFrameElement>) => {
    currentTarget.contentWindow?.addEventListener("keydown", pressed.current, true);
  };
}
