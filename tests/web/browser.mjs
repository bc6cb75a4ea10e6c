// Debian's Chromium, and a page that remembers what went wrong in it.
import { after } from 'node:test';

import { chromium } from 'playwright-core';

/** @import { Browser, BrowserContextOptions, Lifetime } from './types.d.ts' */

export const BASE_URL = process.env.BASE_URL ?? '';
const ARGUMENTS = [
  '--no-sandbox', // its tests run as root
  '--disable-background-networking',
  '--disable-component-update',
  '--use-gl=angle', // WebGL without a graphics card
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** @param {string[]} [more] */
const start = (more = []) =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: [...ARGUMENTS, ...more] });

// Only `node --test` knows where a file of tests ends; a bench has a Chromium of its own.
const inTests = Boolean(process.env.NODE_TEST_CONTEXT);
/** @type {Promise<Browser> | null} */
let shared = null;
if (inTests) after(async () => (await shared)?.close());

/**
 * Chromium; its pages last until the end of the test `t`. With `more` arguments it is not shared.
 *
 * @param {Lifetime} t
 * @param {string[]} [more]
 */
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
