// The texts of the web application as its sources have them, and those a page shows.
import { readdirSync } from 'node:fs';

/**
 * @import { Page } from './types.d.ts'
 * @typedef {'en' | 'ko'} Language
 * @typedef {{ [key: string]: string | Texts }} Texts
 */

const SOURCES = new URL('../../web/src/i18n/', import.meta.url);

/**
 * @param {Texts} texts
 * @param {string} prefix
 * @returns {[string, string][]}
 */
function flat(texts, prefix) {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}.${key}`, value]] : flat(value, `${prefix}.${key}`),
  );
}

/**
 * Every text of this language: `shell.role.nurse` and so on to what is shown.
 *
 * @param {Language} language
 */
async function catalogue(language) {
  const names = readdirSync(new URL(`${language}/`, SOURCES));
  const parts = names.map(async name => {
    const { default: texts } = await import(new URL(`${language}/${name}`, SOURCES).href);
    return flat(texts, name.replace(/\.ts$/, ''));
  });
  return new Map((await Promise.all(parts)).flat());
}

const TEXTS = { en: await catalogue('en'), ko: await catalogue('ko') };
/**
 * @param {Language} language
 * @param {string} key
 */
export function text(language, key) {
  const found = TEXTS[language].get(key);
  if (found === undefined) throw new Error(`there is no text ${key}`);
  return found;
}

/** @param {Language} language */
const other = language => (language === 'en' ? 'ko' : 'en');

/**
 * The texts that do not belong on a page of `language`: those of the other one alone.
 *
 * @param {Language} language
 */
function foreignTexts(language) {
  const own = new Set(TEXTS[language].values());
  return new Set([...TEXTS[other(language)].values()].filter(found => !own.has(found)));
}
const FOREIGN = { en: foreignTexts('en'), ko: foreignTexts('ko') };

/**
 * What can be read or heard on the page; not what is marked as of another language.
 *
 * @param {Page} page
 */
const visibleTexts = page =>
  page.evaluate(() => {
    const found = [document.title];
    const language = document.documentElement.lang;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (!element?.checkVisibility() || element.closest('script, style')) continue;
      if (element.closest('[lang]')?.getAttribute('lang') !== language) continue;
      if (node instanceof Text) found.push(node.data);
      else for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'])
        found.push(element.getAttribute(name) ?? '');
    }
    return found.map(one => one.trim()).filter(Boolean);
  });

/**
 * Texts of the page in the wrong language.
 *
 * @param {Page} page
 * @param {Language} language
 * @param {string[]} data what may be in any language, as names are
 */
export async function textsInWrongLanguage(page, language, data) {
  const texts = await visibleTexts(page);
  /** @param {string} one */
  const bare = one => data.reduce((left, name) => left.replaceAll(name, ''), one);
  return texts.filter(one =>
    FOREIGN[language].has(one) || (language === 'en' && /\p{Script=Hangul}/u.test(bare(one))));
}
