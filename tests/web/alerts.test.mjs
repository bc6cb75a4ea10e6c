// Alerts arrive over the WebSocket: seen without a reload, and again after the line broke.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mainMenu, pageOf } from './app.helpers.mjs';
import { SLOW_MS, api, finishedJob, sampleStudy, until } from './viewer.helpers.mjs';

const unread = async page => Number.parseInt(
  (await page.getByRole('button', { name: /^Alerts, .* unread$/ }).getAttribute('aria-label'))
    .replace(/\D/g, ''), 10);

/** Resolves when the server has taken the token of the line. */
const ready = socket => socket.waitForEvent('framereceived', {
  predicate: ({ payload }) => String(payload).includes('"ready"'), timeout: SLOW_MS });

/** A page that would forget `window.untouched` when reloaded. */
async function watchingPage(t) {
  const opened = await pageOf(t, 'doctor');
  const lines = [];
  opened.page.on('websocket', socket => lines.push(ready(socket)));
  await opened.page.goto('/');
  await mainMenu(opened.page).waitFor();
  await until('the live line', () => lines.length);
  await lines[0];
  await opened.page.evaluate(() => { window.untouched = true; });
  return { ...opened, lines };
}

async function seesAlertOf(page, as) {
  const before = await unread(page);
  const job = await finishedJob(as, await sampleStudy(as));
  const toast = page.getByRole('region', { name: 'Notices' }).locator(`a[href*="${job.id}"]`).first();
  await toast.waitFor();
  await until('the bell counts one more', async () => (await unread(page)) > before);
  assert.equal(await page.evaluate(() => window.untouched), true, 'no reload');
  return toast;
}

test('an alert shows without a reload and leads to the result', async t => {
  const as = await api('doctor');
  const { page, problems } = await watchingPage(t);
  const toast = await seesAlertOf(page, as);
  await toast.click();
  await page.getByRole('heading', { name: 'AI result' }).waitFor();
  assert.deepEqual(problems, []);
});

test('a broken line comes back by itself', async t => {
  const as = await api('doctor');
  const { context, page, lines } = await watchingPage(t);
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  const offline = value => network.send('Network.emulateNetworkConditions', {
    offline: value, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await offline(true);
  await page.waitForTimeout(1000);
  await offline(false);
  await until('a second line', () => lines.length > 1);
  await lines[1];
  await seesAlertOf(page, as);
});
