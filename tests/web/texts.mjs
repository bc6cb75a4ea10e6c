// The texts of the web application as its sources have them, and those a page shows.
import { readdirSync } from 'node:fs';

const SOURCES = new URL('../../web/src/i18n/', import.meta.url);

function flat(texts, prefix) {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}.${key}`, value]] : flat(value, `${prefix}.${key}`),
  );
}

/** Every text of this language: `shell.role.nurse` and so on to what is shown. */
async function catalogue(language) {
  const names = readdirSync(new URL(`${language}/`, SOURCES));
  const parts = names.map(async name => {
    const { default: texts } = await import(new URL(`${language}/${name}`, SOURCES));
    return flat(texts, name.replace(/\.ts$/, ''));
  });
  return new Map((await Promise.all(parts)).flat());
}

export const TEXTS = { en: await catalogue('en'), ko: await catalogue('ko') };
export const text = (language, key) => TEXTS[language].get(key);

const other = language => (language === 'en' ? 'ko' : 'en');

/** The texts that would be a slip on a page of `language`: those of the other one alone. */
function slips(language) {
  const own = new Set(TEXTS[language].values());
  return new Set([...TEXTS[other(language)].values()].filter(found => !own.has(found)));
}
const SLIPS = { en: slips('en'), ko: slips('ko') };

/** What can be read or heard on the page; not what is marked as of another language. */
const shown = page =>
  page.evaluate(() => {
    const found = [document.title];
    const language = document.documentElement.lang;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
      if (!element.checkVisibility() || element.closest('[lang]').lang !== language) continue;
      if (element.closest('script, style')) continue;
      if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
      else for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'])
        found.push(node.getAttribute(name) ?? '');
    }
    return found.map(one => one.trim()).filter(Boolean);
  });

/** Texts of the page in the wrong language. `data`: what may be in any language, as names are. */
export async function wronglySpoken(page, language, data) {
  const texts = await shown(page);
  const bare = one => data.reduce((left, name) => left.replaceAll(name, ''), one);
  return texts.filter(one =>
    SLIPS[language].has(one) || (language === 'en' && /\p{Script=Hangul}/u.test(bare(one))));
}
