import i18next from "i18next";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { setLanguage, startTranslations } from "@/i18n";
import { calendarDate, dateTime, exactTime, preciseTime } from "./when";

const INSTANT = "2026-11-28T05:05:09.070Z";

describe("dates", () => {
  beforeAll(startTranslations);
  beforeEach(() => {
    vi.stubEnv("TZ", "Asia/Seoul");
  });

  it("have one form in English", async () => {
    await setLanguage("en", false);
    expect(i18next.language).toBe("en");
    expect(dateTime(INSTANT)).toBe("Nov 28, 2026 14:05 KST");
    expect(exactTime(INSTANT)).toBe("Nov 28, 2026 14:05:09 KST");
    expect(calendarDate("2026-01-31")).toBe("Jan 31, 2026");
  });

  it("have one form in Korean", async () => {
    await setLanguage("ko", false);
    expect(dateTime(INSTANT)).toBe("2026-11-28 14:05 KST");
    expect(calendarDate("2026-01-31")).toBe("2026-01-31");
  });

  it("name another zone by its own name", async () => {
    vi.stubEnv("TZ", "UTC");
    vi.resetModules();
    const fresh = await import("./when");
    expect(fresh.dateTime(INSTANT)).toBe("2026-11-28 05:05 UTC");
  });

  it("show milliseconds where the day is known", () => {
    expect(preciseTime(INSTANT)).toBe("14:05:09.070");
  });
});
