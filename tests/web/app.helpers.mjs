// What the tests of the web application share: people, their menus, and the way in.
import { launch, newPage } from './browser.mjs';
import { SLOW_MS, signIn } from './viewer.helpers.mjs';

/**
 * @import { Browser, BrowserContextOptions, Lifetime, Page } from './types.d.ts'
 * @typedef {'en' | 'ko'} Language
 * @typedef {keyof typeof ENTRIES} Route
 * @typedef {BrowserContextOptions & { language?: Language }} PageOptions
 */

/** The menu of each test user, as (English, Korean) labels in order; the heading of a group is no link. */
const ENTRIES = {
  '/': ['Dashboard', '대시보드'],
  '/my-record': ['My record', '내 기록'],
  '/shared': ['Shared with me', '공유받은 항목'],
  '/ward': ['Ward', '병동'],
  '/patients': ['Patients', '환자'],
  '/care-team': ['My patients', '담당 환자'],
  '/duplicates': ['Duplicates', '중복 환자·병합'],
  '/incoming': ['Incoming patients', '타 병원 환자'],
  '/orders': ['Orders', '오더'],
  '/visits': ['Visits', '추적 진료'],
  '/survival': ['Survival', '생존 분석'],
  '/lab': ['Laboratory', '진단검사'],
  '/shares': ['Shares', '공유'],
  '/worklist': ['Worklist', '판독 목록'],
  '/studies': ['Studies', '영상 검사'],
  '/reports': ['Reports', '판독문'],
  '/critical-results': ['Critical results', '위급 소견'],
  '/statistics': ['Statistics', '판독 통계'],
  '/upload': ['Upload', '영상 업로드'],
  '/unmatched': ['Unmatched studies', '환자 미매칭 영상'],
  '/modality-worklist': ['Modality worklist', '장비 워크리스트'],
  '/ai/review': ['AI review', 'AI 검토'],
  '/admin/users': ['Users and roles', '사용자와 역할'],
  '/admin/wards': ['Wards', '병동과 병상'],
  '/admin/audit': ['Audit log', '감사 기록'],
  '/admin/glass': ['Emergency access', '응급 열람 검토'],
  '/admin/models': ['AI models', 'AI 모델'],
  '/admin/nodes': ['DICOM nodes', 'DICOM 노드'],
  '/admin/reading-targets': ['Reading targets', '판독 목표 시간'],
  '/admin/decision-support': ['Decision support', '의사결정 지원'],
  '/admin/outbox': ['Outbox', '작업 대기열'],
  '/profile': ['Profile', '내 정보'],
};
/** What the same entries are to somebody who is not of the hospital. */
const OWN_ENTRIES = {
  patient: {
    '/orders': ['My examinations', '내 검사'],
    '/studies': ['My images', '내 영상'],
  },
  external: { '/studies': ['Shared images', '공유받은 영상'] },
};
/** @type {Route[]} */
const ADMINISTRATION = ['/admin/users', '/admin/wards', '/admin/audit', '/admin/glass', '/admin/models', '/admin/nodes', '/admin/reading-targets', '/admin/decision-support', '/admin/outbox'];
/** @type {Record<string, Route[]>} */
export const MENUS = {
  admin: ['/', '/ward', '/patients', '/care-team', '/duplicates', '/incoming', '/orders', '/visits', '/survival', '/shares', '/studies', '/reports', '/critical-results', '/statistics', '/upload', '/unmatched', ...ADMINISTRATION, '/profile'],
  doctor: ['/', '/ward', '/patients', '/care-team', '/duplicates', '/incoming', '/orders', '/visits', '/survival', '/shares', '/worklist', '/studies', '/reports', '/critical-results', '/upload', '/ai/review', '/profile'],
  radiologist: ['/', '/patients', '/care-team', '/duplicates', '/orders', '/visits', '/shares', '/worklist', '/studies', '/reports', '/critical-results', '/statistics', '/upload', '/unmatched', '/modality-worklist', '/ai/review', '/profile'],
  labtech: ['/', '/patients', '/orders', '/lab', '/shares', '/profile'],
  nurse: ['/', '/ward', '/patients', '/care-team', '/incoming', '/orders', '/visits', '/shares', '/studies', '/reports', '/critical-results', '/profile'],
  patient: ['/', '/my-record', '/orders', '/visits', '/shares', '/studies', '/profile'],
  external: ['/', '/shared', '/patients', '/studies', '/upload', '/profile'],
};
export const ROUTES = /** @type {Route[]} */ (Object.keys(ENTRIES));

/**
 * @param {Route} route
 * @param {Language} [language]
 * @param {string} [username]
 */
export function label(route, language = 'en', username = '') {
  /** @type {Record<string, Partial<Record<Route, string[]>>>} */
  const own = OWN_ENTRIES;
  const words = own[username]?.[route] ?? ENTRIES[route];
  return words[language === 'en' ? 0 : 1];
}

const VIEW = { viewport: { width: 1440, height: 900 } };

/**
 * A page in `language`, chosen there by hand once: it wins over the profile's.
 *
 * @param {Browser} browser
 * @param {PageOptions} [options]
 */
export async function appPage(browser, { language = 'en', ...options } = {}) {
  const locale = language === 'en' ? 'en-US' : 'ko-KR';
  const opened = await newPage(browser, { ...VIEW, locale, ...options });
  opened.page.setDefaultTimeout(SLOW_MS);
  await opened.context.addInitScript(chosen => {
    if (!localStorage.getItem('cdss-language')) localStorage.setItem('cdss-language', chosen);
  }, language);
  return opened;
}

/**
 * A page of somebody whose session is there already.
 *
 * @param {Lifetime} t
 * @param {string} username
 * @param {PageOptions} [options]
 */
export async function pageOf(t, username, options = {}) {
  const opened = await appPage(await launch(t), options);
  await signIn(opened.context, username);
  return opened;
}

/**
 * By mouse and keyboard, in English.
 *
 * @param {Page} page
 * @param {string} username
 */
export async function logInByHand(page, username) {
  await page.goto('/login');
  await page.getByLabel('Username').click();
  await page.keyboard.type(username);
  await page.getByLabel('Password', { exact: true }).click();
  await page.keyboard.type(`${username}123`);
  await page.getByRole('button', { name: 'Log in' }).click();
  await mainMenu(page).waitFor();
}

/** @param {Page} page */
export const mainMenu = page => page.getByRole('navigation', { name: /^(Main menu|주 메뉴)$/ });
/** @param {Page} page */
export const heading = page => page.getByRole('heading', { level: 1 });

/**
 * The page is there, and nothing of it is still awaited.
 *
 * @param {Page} page
 */
export async function settled(page) {
  await page.waitForFunction(
    () => document.querySelector('h1') &&
      !document.querySelector('main :is([role="status"][aria-label], .mantine-Skeleton-root[data-visible])'),
  );
}
