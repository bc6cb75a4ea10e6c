import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll, vi } from "vitest";
import { setLanguage, startTranslations } from "@/i18n";

/** The tests of this file render components, in English; jsdom has no matchMedia. */
export function inEnglish() {
  beforeAll(async () => {
    vi.stubGlobal("matchMedia", () => ({
      matches: false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }));
    await startTranslations();
    await setLanguage("en", false);
  });
  afterEach(cleanup);
}
