// Every sentence of the extension, in the person's language.
import { buttons as enButtons, en } from './texts.en.js';
import { buttons as koButtons, ko } from './texts.ko.js';

const dictionaries = { en, ko };

/** The choice made in the web application; else the browser's; Korean is the house language. */
export function language() {
  const chosen = localStorage.getItem('cdss-language') || navigator.language;
  return chosen.toLowerCase().startsWith('en') ? 'en' : 'ko';
}

export function t(key, parameters = {}) {
  const text = dictionaries[language()][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => parameters[name] ?? '');
}

export const buttonTexts = () => (language() === 'ko' ? koButtons : enButtons);

const numbers = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export const ml = value => `${numbers.format(value)} ml`;
export const percent = value => `${Math.round(value * 1000) / 10} %`;
export const when = iso =>
  new Date(iso).toLocaleString(language(), { dateStyle: 'short', timeStyle: 'short' });
