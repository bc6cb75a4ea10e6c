// Debian's Chromium, and a page that remembers what went wrong in it.
import { chromium } from 'playwright-core';

export const BASE_URL = process.env.BASE_URL;
const ARGUMENTS = [
  '--no-sandbox', // its tests run as root
  '--disable-background-networking',
  '--disable-component-update',
  '--use-gl=angle', // WebGL without a graphics card
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** Chromium until the end of the test `t`. */
export async function launch(t) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
  t.after(() => browser.close());
  return browser;
}

/** A page of its own context. `problems` holds script errors, refusals by the content security
 * policy and requests to other hosts, in words. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ baseURL: BASE_URL, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', error => problems.push(`script: ${error.message}`));
  page.on('console', message => {
    if (/content security policy/i.test(message.text())) problems.push(`policy: ${message.text()}`);
  });
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && origin.replace(/^ws/, 'http') !== new URL(BASE_URL).origin) {
      problems.push(`outside: ${request.url()}`);
    }
  });
  return { context, page, problems };
}

/** A browser session of this person, for the pages of `context`. Returns a reader of the API:
 * a path below /api/ to its JSON. */
export async function signIn(context, username, password) {
  const answer = await context.request.post('/api/acct/login/', {
    headers: { 'X-Session': 'cookie' },
    data: { username, password },
  });
  const { access } = await answer.json();
  const headers = { Authorization: `Bearer ${access}` };
  return async path => (await context.request.get(`/api/${path}`, { headers })).json();
}
