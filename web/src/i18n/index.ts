import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["ko", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const STORED = "cdss-language";
const resources = { ko: () => import("./ko"), en: () => import("./en") };

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The language chosen on this device, else null. */
export function chosenLanguage(): Language | null {
  const stored = localStorage.getItem(STORED);
  return isLanguage(stored) ? stored : null;
}

function browserLanguage(): Language {
  const code = navigator.language.slice(0, 2);
  return isLanguage(code) ? code : "ko";
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "ko";
}

/** Show everything in `language`; `remember` it on this device when a person chose it. */
export async function setLanguage(language: Language, remember: boolean): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    const texts = await resources[language]();
    i18next.addResourceBundle(language, "translation", texts.default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (remember) localStorage.setItem(STORED, language);
}

export async function startTranslations(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(chosenLanguage() ?? browserLanguage(), false);
}
