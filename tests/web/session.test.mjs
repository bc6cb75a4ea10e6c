// One sign-in for all tabs: it ends everywhere, is renewed unseen, and no script can take it away.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, heading, label, logInByHand, mainMenu, pageOf } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { MRN, api, sampleStudy, until } from './viewer.helpers.mjs';

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
  const { context, page } = await appPage(await launch(t, { webgl: true }));
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
  await second.getByText('You have been logged out.').waitFor();
  await second.goto('/patients');
  await second.waitForURL('**/login');
  assert.deepEqual((await context.cookies()).filter(({ name }) => name === 'cdss_refresh'), []);
});

test('a token is renewed before its end, once for all tabs', async t => {
  const { context, page, problems } = await pageOf(t, 'doctor');
  await context.clock.install();
  await page.goto('/');
  await mainMenu(page).waitFor();
  const second = await context.newPage();
  await second.goto('/alerts');
  await heading(second).waitFor();

  const seen = [page, second].map(renewals);
  const { promise: bothForwarded, resolve: forwarded } = Promise.withResolvers();
  await context.route('**/token/refresh/', async route => {
    await bothForwarded;
    await route.continue();
  });
  await context.clock.fastForward('59:30');
  forwarded(null);
  await until('a renewal', () => seen.flat().length);
  await until('nobody renews', () => page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    return !held?.length && !pending?.length;
  }));
  assert.deepEqual(seen.flat(), [200], 'one renewal, and it succeeds');
  for (const tab of [page, second]) {
    await mainMenu(tab).getByRole('link', { name: label('/patients'), exact: true }).click();
    await tab.getByRole('heading', { name: 'Patients' }).waitFor();
  }
  assert.deepEqual(problems, []);
});

test('a token the server no longer takes is renewed under way', async t => {
  const { page } = await pageOf(t, 'doctor');
  await page.goto('/');
  await mainMenu(page).waitFor();
  const seen = renewals(page);
  const answers = [];
  await page.route('**/api/emr/patients/**', async route => {
    const headers = { ...route.request().headers() };
    if (answers.length === 0) headers.authorization = 'Bearer worn.out';
    const answer = await route.fetch({ headers });
    answers.push(answer.status());
    await route.fulfill({ response: answer });
  });
  await mainMenu(page).getByRole('link', { name: label('/patients'), exact: true }).click();
  await page.getByRole('heading', { name: 'Patients' }).waitFor();
  await page.getByRole('main').getByText(MRN).first().waitFor();
  assert.deepEqual(answers, [401, 200]);
  assert.deepEqual(seen, [200]);
});
