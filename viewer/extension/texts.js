// Every sentence of the extension, in the person's language.
import { buttons as enButtons, en, singular } from './texts.en.js';
import { buttons as koButtons, ko } from './texts.ko.js';

/** @typedef {keyof typeof en} TextKey */

/** @type {{ en: Record<TextKey, string>, ko: Record<TextKey, string> }} */
const dictionaries = { en, ko };

/** Between history and report on the page of a reading (web/src/pages/reports/ReadPage.tsx). */
export const framed = () => window.parent !== window;

/**
 * That of the page around; the choice made in the web application; else the browser's; Korean is the
 * house language.
 *
 * @returns {'en' | 'ko'}
 */
export function language() {
  const around = framed() && window.parent.document.documentElement.lang;
  const chosen = around || localStorage.getItem('cdss-language') || navigator.language;
  return chosen.toLowerCase().startsWith('en') ? 'en' : 'ko';
}

/**
 * @param {TextKey} key
 * @param {boolean} one
 */
function textOf(key, one) {
  /** @type {Partial<Record<TextKey, string>>} */
  const singulars = language() === 'en' && one ? singular : {};
  return singulars[key] ?? dictionaries[language()][key];
}

/**
 * @param {TextKey} key
 * @param {Record<string, string | number>} [parameters]
 */
export function t(key, parameters = {}) {
  const text = textOf(key, parameters.count === 1);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(parameters[name] ?? ''));
}

/** @returns {Record<string, string>} */
export const buttonTexts = () => (language() === 'ko' ? koButtons : enButtons);

/** @param {number} value */
export function ml(value) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat(language(), digits).format(value)} ml`;
}

/** @param {number} fraction */
export const percent = fraction =>
  new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 1 }).format(fraction);
