// Debian's Chromium, and a page that remembers what went wrong in it.
import { after } from 'node:test';

import { chromium } from 'playwright-core';

/** @import { Browser, BrowserContextOptions, LaunchOptions, Lifetime } from './types.d.ts' */

export const BASE_URL = process.env.BASE_URL ?? '';
const ARGUMENTS = [
  '--no-sandbox', // its tests run as root
  '--disable-background-networking',
  '--disable-component-update',
];
const WEBGL = [
  '--use-gl=angle', // WebGL without a graphics card
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];
const WITHOUT_WEBGL = ['--disable-gpu']; // quicker than a graphics card that is imitated

/** @param {LaunchOptions} options */
const start = ({ webgl = false, more = [] }) =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...ARGUMENTS, ...(webgl ? WEBGL : WITHOUT_WEBGL), ...more],
  });

// Only `node --test` knows where a file of tests ends; a bench has a Chromium of its own.
const inTests = Boolean(process.env.NODE_TEST_CONTEXT);
/** @type {Map<boolean, Browser>} with WebGL and without */
const shared = new Map();
if (inTests) after(() => Promise.all([...shared.values()].map(browser => browser.close())));

/**
 * Chromium; its pages last until the end of the test `t`. With `more` arguments it is not shared.
 * The viewer needs `webgl`.
 *
 * @param {Lifetime} t
 * @param {LaunchOptions} [options]
 */
export async function launch(t, { webgl = false, more = [] } = {}) {
  if (!inTests || more.length) {
    const browser = await start({ webgl, more });
    t.after(() => browser.close());
    return browser;
  }
  const browser = shared.get(webgl) ?? (await start({ webgl }));
  shared.set(webgl, browser);
  t.after(() => Promise.all(browser.contexts().map(context => context.close())));
  return browser;
}

/**
 * A page of its own context. `problems` holds script errors, refusals by the content security
 * policy and requests to other hosts, in words.
 *
 * @param {Browser} browser
 * @param {BrowserContextOptions} [options]
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ baseURL: BASE_URL, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
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
