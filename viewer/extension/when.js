// Dates in the two forms of the web application (web/src/shared/when.ts): `Nov 28, 2026 14:05 KST`
// and `2026-11-28 14:05 KST`.
import { language } from './texts.js';

/**
 * @param {Date} at
 * @param {string} [timeZone]
 */
function day(at, timeZone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { year: 'numeric', month: 'short', day: 'numeric', timeZone };
  if (language() === 'en') return at.toLocaleDateString('en-US', options);
  return at.toLocaleDateString('sv-SE', { timeZone });
}

/**
 * The browser's zone, by the short name that its people use.
 *
 * @param {Date} at
 */
function zone(at) {
  if (new Intl.DateTimeFormat().resolvedOptions().timeZone === 'Asia/Seoul') return 'KST';
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** @param {string} iso an instant */
export function dateTime(iso) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('sv-SE', { hour: '2-digit', minute: '2-digit' });
  return `${day(at)} ${time} ${zone(at)}`;
}

/** @param {string} date `2026-01-31`, which no time zone may move */
export const calendarDate = date => day(new Date(`${date}T00:00:00Z`), 'UTC');
