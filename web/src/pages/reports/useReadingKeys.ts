import { useEffect, useRef, type RefObject, type SyntheticEvent } from "react";

const PARTS = ["history", "images", "report"];
const FIELDS = "textarea, input, select, button, a[href], [tabindex='0']";

/** The part itself; in the report its first field, in the images what takes the viewer's keys. */
function enter(page: HTMLElement, part: string): void {
  const found = page.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (found instanceof HTMLIFrameElement) {
    found.focus();
    found.contentWindow?.focus();
    return;
  }
  const first = part === "report" ? "textarea, [role=combobox], input" : FIELDS;
  (found?.querySelector<HTMLElement>(first) ?? found)?.focus();
}

/**
 * Alt+1, 2 and 3 go to history, images and report; another letter with Alt presses the button that names it
 * in `aria-keyshortcuts`. Also from within the images, whose frame hears its own keys. Returns what the
 * frame calls when it is loaded.
 */
export function useReadingKeys(page: RefObject<HTMLElement | null>) {
  const pressed = useRef((event: KeyboardEvent) => {
    if (!page.current || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const part = PARTS[Number(/^Digit([123])$/.exec(event.code)?.[1]) - 1];
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    const button = letter && page.current.querySelector<HTMLElement>(`[aria-keyshortcuts="Alt+${letter}"]`);
    if (!part && !button) return;
    event.preventDefault();
    event.stopPropagation();
    if (part) enter(page.current, part);
    else if (button) button.click();
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
