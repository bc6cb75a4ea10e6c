// OHIF in Korean. Some of its texts go through i18next, for which it ships no Korean; others are
// written into the page as they are. One table serves both.
import { dialogs } from './ohif.dialogs.ko.js';
import { phrases } from './ohif.ko.js';

/** @import { Locales } from '../types/ohif' */

const TABLE = new Map(Object.entries({ ...phrases, ...dialogs }));
/** @type {[RegExp, string][]} */
const PATTERNS = [
  [/^Series (\d+) - SR$/, '시리즈 $1 - SR'],
  [/^(\d+) Tracked series$/, '계측 중인 시리즈 $1개'],
  [/^Sort (.+)$/, '$1 정렬'],
  [/^Page (\d+) of (\d+)$/, '$1/$2쪽'],
];
const SPOKEN = ['aria-label', 'title', 'placeholder', 'alt'];
/** Names and values of the record, which no table may change. */
const DATA = '#cdss-panel, [data-cy="series-description-label"], [data-cy^="viewport-overlay"], [data-cdss="data"]';
const DATE_FORMATS = { 'en-US': 'MMM D, YYYY', ko: 'YYYY-MM-DD' };

/** @param {string} text */
export function inKorean(text) {
  const found = TABLE.get(text);
  if (found) return found;
  const pattern = PATTERNS.find(([shape]) => shape.test(text));
  return pattern && text.replace(...pattern);
}

/**
 * OHIF's locales with Korean, and dates as the web application writes them.
 *
 * @param {Locales} locales
 * @returns {Locales}
 */
export function withKorean(locales) {
  const english = locales['en-US'];
  const korean = Object.entries(english).map(([namespace, texts]) => [
    namespace,
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, inKorean(text) ?? text])),
  ]);
  /** @type {Locales} */
  const found = { 'en-US': { ...english }, ko: Object.fromEntries(korean) };
  for (const [language, localDateFormat] of Object.entries(DATE_FORMATS))
    found[language].Common = { ...found[language].Common, localDateFormat };
  return found;
}

/** @param {Node} node */
function translateText(node) {
  const text = node.nodeValue ?? '';
  const korean = inKorean(text.trim());
  if (korean && !node.parentElement?.closest(DATA)) node.nodeValue = text.replace(text.trim(), () => korean);
}

/** @param {Element} element */
function translateAttributes(element) {
  for (const name of SPOKEN) {
    const korean = inKorean(element.getAttribute(name)?.trim() ?? '');
    if (korean && !element.closest('#cdss-panel')) element.setAttribute(name, korean);
  }
}

/** @param {Node} root */
function translate(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = /** @type {Node | null} */ (root); node; node = walker.nextNode()) {
    if (node instanceof Element) translateAttributes(node);
    else translateText(node);
  }
}

/** Before a change is drawn, what OHIF wrote in English is put into Korean. */
export function speakKorean() {
  const observer = new MutationObserver(changes => {
    for (const { target, type, addedNodes } of changes) {
      if (type === 'childList') addedNodes.forEach(translate);
      else translate(target);
    }
  });
  observer.observe(document.documentElement, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: SPOKEN,
  });
}
