import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import en from "@/i18n/en/alerts";
import ko from "@/i18n/ko/alerts";
import { alertText } from "./text";

const t = async (lng: "en" | "ko") =>
  createInstance().init({
    lng,
    resources: { en: { translation: { alerts: en } }, ko: { translation: { alerts: ko } } },
    interpolation: { escapeValue: false },
  });

describe("the text of an alert", () => {
  const params = { order_id: 7, examination: "MR BRAIN" };

  it("names the examination in the language of the page", async () => {
    const alert = { kind: "order_stat", text: "of the server", params } as const;
    expect(alertText(await t("ko"), alert)).toBe("초응급(STAT) 오더: MR BRAIN");
    expect(alertText(await t("en"), alert)).toBe("STAT order: MR BRAIN");
  });

  it("is the server's own for a kind that this page does not know", async () => {
    const alert = { kind: "newer_than_the_page" as "published", text: "of the server", params };
    expect(alertText(await t("en"), alert)).toBe("of the server");
  });
});
