/** Somebody counts as here for so long after the last input. */
const HERE_MS = 60_000;
const INPUTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/**
 * Whether a person is at this page. What a page asks by itself keeps no session open; a person who
 * reads without asking anything does. Opening a page counts as input.
 */
export class Presence {
  private last: number;

  constructor(private readonly now: () => number) {
    this.last = now();
  }

  readonly note = (): void => {
    this.last = this.now();
  };

  readonly isHere = (): boolean => this.now() - this.last < HERE_MS;

  /** Follow the input of a page; `tell` is called each minute and on coming back, while it is seen. */
  follow(page: Window, tell: () => void): void {
    for (const input of INPUTS) {
      page.addEventListener(input, this.note, { passive: true, capture: true });
    }
    const tellIfSeen = () => {
      if (page.document.visibilityState === "visible") tell();
    };
    page.document.addEventListener("visibilitychange", tellIfSeen);
    page.setInterval(tellIfSeen, HERE_MS);
  }
}
