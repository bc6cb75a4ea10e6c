import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { setLanguage, startTranslations } from "@/i18n";
import { alertAbout, alertText } from "./text";
import type { Notification } from "./socket";

const t = async (language: "en" | "ko") => {
  await setLanguage(language, false);
  return i18next.t;
};

const NOTHING: Notification["about"] = {
  patient: null,
  study: null,
  order: null,
  model: null,
  people: [],
};

describe("the text of an alert", () => {
  beforeAll(startTranslations);

  it("is in the language of the page", async () => {
    const alert = { kind: "order_stat", text: "of the server" } as const;
    expect(alertText(await t("ko"), alert)).toBe("초응급(STAT) 오더가 접수를 기다립니다.");
    expect(alertText(await t("en"), alert)).toBe("A STAT order is waiting.");
  });

  it("is the server's own for a kind that this page does not know", async () => {
    const alert = { kind: "newer_than_the_page" as "published", text: "of the server" };
    expect(alertText(await t("en"), alert)).toBe("of the server");
  });

  it("names patient, study, model and persons", async () => {
    const about: Notification["about"] = {
      ...NOTHING,
      patient: { id: 1, patient_id: "M-7", full_name: "김민준" },
      study: {
        study_instance_uid: "1.2.3",
        description: "MRI brain",
        study_date: "2026-03-02",
        accession_number: "RIS-1",
      },
      model: { id: "brain_extraction", name: { ko: "뇌 추출", en: "Brain extraction" } },
      people: [{ part: "requested", full_name: "이서연" }],
    };
    expect(alertAbout(await t("en"), { about })).toBe(
      "김민준 (M-7) · MRI brain · Mar 2, 2026 · RIS-1 · Brain extraction · requested by 이서연",
    );
    expect(alertAbout(await t("ko"), { about })).toBe(
      "김민준 (M-7) · MRI brain · 2026-03-02 · RIS-1 · 뇌 추출 · 요청: 이서연",
    );
  });

  it("names the examination of an order, not its code", async () => {
    const about: Notification["about"] = {
      ...NOTHING,
      order: { id: 7, accession_number: "26", examination: { ko: "뇌 MRI", en: "Brain MRI" } },
    };
    expect(alertAbout(await t("ko"), { about })).toBe("뇌 MRI · 26");
  });

  it("says nothing of what its reader may not see", async () => {
    expect(alertAbout(await t("en"), { about: NOTHING })).toBe("");
  });
});
