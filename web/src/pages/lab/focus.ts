import { useEffect, useRef } from "react";

/** For the element that the next step needs: the keyboard is in it once it is shown. */
export function useFocusWhen<Element extends HTMLElement>(ready: boolean) {
  const element = useRef<Element>(null);
  useEffect(() => {
    if (ready) element.current?.focus();
  }, [ready]);
  return element;
}
