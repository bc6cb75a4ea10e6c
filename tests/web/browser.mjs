// Debian's Chromium, and a page that remembers what went wrong in it.
import { after } from 'node:test';

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

const start = (more = []) =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: [...ARGUMENTS, ...more] });

// Only `node --test` knows where a file of tests ends; a bench has a Chromium of its own.
const inTests = Boolean(process.env.NODE_TEST_CONTEXT);
let shared = null;
if (inTests) after(async () => (await shared)?.close());

/** Chromium; its pages last until the end of the test `t`. With `more` arguments it is not shared. */
export async function launch(t, more = []) {
  if (!inTests || more.length) {
    const browser = await start(more);
    t.after(() => browser.close());
    return browser;
  }
  shared ??= start();
  const browser = await shared;
  t.after(() => Promise.all(browser.contexts().map(context => context.close())));
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
