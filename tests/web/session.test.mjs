// One sign-in for all tabs: it ends everywhere, is renewed unseen, and no script can take it away.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, heading, label, logInByHand, mainMenu, pageOf } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { api, sampleStudy } from './viewer.helpers.mjs';

const renewals = page => {
  const seen = [];
  page.on('response', response => {
    if (response.url().endsWith('/token/refresh/')) seen.push(response.status());
  });
  return seen;
};

test('no script can read the refresh token', async t => {
  const { context, page } = await appPage(await launch(t));
  await logInByHand(page, 'nurse');
  const [cookie] = (await context.cookies()).filter(({ name }) => name === 'cdss_refresh');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.equal(cookie.path, '/api/acct/');
  const readable = await page.evaluate(async () => JSON.stringify([
    document.cookie, { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(),
    await caches.keys(), location.href, history.state,
  ]));
  assert.ok(!readable.includes(cookie.value) && !readable.includes('eyJ'), 'no token lies about');
});

test('a log-out in one tab ends every tab, the viewer too', async t => {
  const study = await sampleStudy(await api('doctor'));
  const { context, page } = await appPage(await launch(t));
  await logInByHand(page, 'doctor');
  const second = await context.newPage();
  await second.goto('/patients');
  await second.getByRole('heading', { name: 'Patients' }).waitFor();
  const viewer = await context.newPage();
  await viewer.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await viewer.locator('canvas.cornerstone-canvas').first().waitFor();

  await page.getByRole('banner').getByRole('button', { name: 'Doctor' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  for (const tab of [page, second, viewer]) {
    await tab.waitForURL('**/login**');
    await tab.getByRole('button', { name: 'Log in' }).waitFor();
  }
  await second.getByText('You are logged out.').waitFor();
  await second.goto('/patients');
  await second.waitForURL('**/login');
  assert.deepEqual((await context.cookies()).filter(({ name }) => name === 'cdss_refresh'), []);
});

test('a token is renewed before its end, once for all tabs', async t => {
  const { context, page, problems } = await pageOf(t, 'doctor');
  await context.clock.install();
  const seen = renewals(page);
  await page.goto('/');
  await mainMenu(page).waitFor();
  const second = await context.newPage();
  const seenThere = renewals(second);
  await second.goto('/alerts');
  await heading(second).waitFor();
  const before = seen.length + seenThere.length;

  await context.clock.fastForward('59:30');
  await page.waitForTimeout(1500);
  assert.deepEqual([...seen, ...seenThere].slice(before), [200], 'one renewal, and it succeeds');
  for (const tab of [page, second]) {
    await mainMenu(tab).getByRole('link', { name: label('/patients') }).click();
    await tab.getByRole('heading', { name: 'Patients' }).waitFor();
  }
  assert.deepEqual(problems, []);
});

test('a token the server no longer takes is renewed under way', async t => {
  const { page } = await pageOf(t, 'doctor');
  await page.goto('/');
  await mainMenu(page).waitFor();
  const seen = renewals(page);
  let refused = 0;
  await page.route('**/api/emr/patients/**', route => {
    refused += 1;
    return refused === 1 ? route.fulfill({ status: 401, json: {} }) : route.continue();
  });
  await mainMenu(page).getByRole('link', { name: label('/patients') }).click();
  await page.getByText('P2026-0001').first().waitFor();
  assert.deepEqual(seen, [200]);
});
