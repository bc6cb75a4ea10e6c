// Alerts arrive over the WebSocket: seen without a reload, and again after the connection broke.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, mainMenu } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { relayedBrowser } from './connection.mjs';
import { QUICK_MODEL, api, finishedJob, sampleStudy, signIn, until } from './viewer.helpers.mjs';

const bell = page => page.getByRole('button', { name: /^Alerts, .* unread$/ });
const unread = async page =>
  Number((await bell(page).getAttribute('aria-label')).replace(/\D/g, ''));

/** A page that would forget `window.untouched` when reloaded; `sockets`: those the server took. */
async function watchingPage(browser) {
  const opened = await appPage(browser);
  await signIn(opened.context, 'doctor');
  /** @type {import('playwright-core').WebSocket[]} */
  const sockets = [];
  opened.page.on('websocket', socket => {
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"ready"')) sockets.push(socket);
    });
  });
  await opened.page.goto('/');
  await mainMenu(opened.page).waitFor();
  await until('the WebSocket', () => sockets.length);
  await opened.page.evaluate(() => {
    window.untouched = true;
  });
  return { ...opened, sockets };
}

const linkTo = (region, job) => region.locator(`a[href*="${job.id}"]`).first();

async function seesAlertOf(page, as, study) {
  const before = await unread(page);
  const job = await finishedJob(as, study, QUICK_MODEL);
  const toast = linkTo(page.getByRole('region', { name: 'Notifications' }), job);
  await toast.waitFor();
  await until('the bell counts one more', async () => (await unread(page)) > before);
  assert.equal(await page.evaluate(() => window.untouched), true, 'no reload');
  return toast;
}

test('an alert shows without a reload and leads to the result', async t => {
  const as = await api('doctor');
  const { page, problems } = await watchingPage(await launch(t));
  const toast = await seesAlertOf(page, as, await sampleStudy(as));
  await toast.click();
  await page.getByRole('heading', { name: 'AI result' }).waitFor();
  assert.deepEqual(problems, []);
});

test('a broken connection comes back by itself, with what was missed', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const { connection, browser } = await relayedBrowser(t);
  const { page, sockets } = await watchingPage(browser);
  await bell(page).click();
  const list = page.getByRole('dialog', { name: 'Alerts' });
  await list.getByRole('list', { name: 'Alerts' }).waitFor();
  await page.keyboard.press('Escape');
  const before = await unread(page);

  const closed = sockets[0].waitForEvent('close');
  connection.cut();
  await closed;
  const missed = await finishedJob(as, study, QUICK_MODEL);
  assert.equal(await unread(page), before, 'nothing arrives over a cut connection');
  connection.restore();
  await until('a second WebSocket', () => sockets.length > 1);
  await until('the bell counts what was missed', async () => (await unread(page)) > before);
  await bell(page).click();
  await linkTo(list, missed).waitFor();
  await page.keyboard.press('Escape');
  await seesAlertOf(page, as, study);
});
