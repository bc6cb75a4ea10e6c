import { describe, expect, it } from "vitest";
import { setLanguage } from "@/i18n";
import { inEnglish } from "@/testing/inEnglish";
import { unitText } from "./units";

inEnglish();

describe("units", () => {
  it("say areas, volumes and times in words of the page", async () => {
    expect(["mm2", "mL", "a", "mo", "1"].map(unitText)).toEqual(["mm²", "ml", "years", "months", ""]);
    await setLanguage("ko", false);
    expect(["a", "mo"].map(unitText)).toEqual(["세", "개월"]);
    await setLanguage("en", false);
  });

  it("are printed as a person reads them", () => {
    expect(["mm[Hg]", "Cel", "%", "10*3/uL", "umol/L", "m[IU]/L", "{score}", "/min"].map(unitText)).toEqual([
      "mmHg",
      "°C",
      "%",
      "×10³/µL",
      "µmol/L",
      "mIU/L",
      "",
      "/min",
    ]);
  });
});
