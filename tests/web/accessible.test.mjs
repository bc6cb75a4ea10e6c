// Every page for everybody: axe finds nothing, light and dark, and a phone need not scroll sideways.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AxeBuilder } from '@axe-core/playwright';

import { appPage, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { QUICK_MODEL, MRN, api, finishedJob, sampleStudy, signIn } from './viewer.helpers.mjs';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

async function violations(page, where, rules) {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations: found } = await (rules ? axe.withRules(rules) : axe).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${where}: ${id} at ${target}`));
}

const scrollsSideways = page =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth;
  });

/** No colour is on its way to another one. */
const still = page =>
  page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));

/** What is wrong with the page at this address; light and dark differ in nothing but colours. */
async function flaws(page, path) {
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(path);
  await settled(page);
  await still(page);
  const found = await violations(page, `${path}, light`);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  await still(page);
  found.push(...(await violations(page, `${path}, dark`, ['color-contrast'])));
  await page.setViewportSize(PHONE);
  await settled(page);
  found.push(...(await violations(page, `${path}, phone`)));
  if (await scrollsSideways(page)) found.push(`${path}, phone: scrolls sideways`);
  return found;
}

async function assertNoFlaws(page, paths) {
  const found = [];
  for (const path of paths) found.push(...(await flaws(page, path)));
  assert.deepEqual(found, []);
}

test('the login page', async t => {
  const { page } = await appPage(await launch(t));
  await assertNoFlaws(page, ['/login']);
});

test('the pages of a doctor', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const { id: job } = await finishedJob(as, study, QUICK_MODEL);
  const { results } = await as.json(`/api/emr/patients/search/?q=${MRN}`);
  const { context, page } = await appPage(await launch(t));
  await signIn(context, 'doctor');
  await assertNoFlaws(page, [
    '/', '/ward', '/patients', `/patients/${results[0].id}`, '/care-team', `/patients/${results[0].id}/care-team`,
    `/patients/${results[0].id}/treatment`, '/duplicates', '/incoming', '/visits', '/survival', '/orders', '/shares',
    '/worklist', '/studies', `/studies/${study}`, `/studies/${study}/report`, '/reports', '/upload',
    `/ai/review/${job}`, `/ai/jobs/${job}`, '/alerts', '/profile', '/admin/users', '/nowhere',
  ]);
});

test('the pages of an administrator', async t => {
  const { context, page } = await appPage(await launch(t));
  await signIn(context, 'admin');
  await assertNoFlaws(page, ['/', '/unmatched', '/admin/users', '/admin/audit', '/admin/glass', '/admin/models', '/admin/nodes', '/admin/outbox']);
});

test('the pages of a patient in Korean', async t => {
  const { context, page } = await appPage(await launch(t), { language: 'ko' });
  await signIn(context, 'patient');
  await assertNoFlaws(page, ['/', '/my-record', '/orders', '/shares', '/studies', '/profile']);
});

test('what opens over a page', async t => {
  const { context, page } = await appPage(await launch(t), { reducedMotion: 'reduce' });
  await signIn(context, 'doctor');
  await page.goto('/profile');
  await settled(page);
  /** @type {[string | RegExp, 'menu' | 'dialog'][]} */
  const opened = [['Language', 'menu'], ['Appearance', 'menu'], [/^Alerts/, 'dialog']];
  for (const [name, role] of opened) {
    await page.getByRole('banner').getByRole('button', { name }).click();
    await page.getByRole(role).waitFor();
    await still(page);
    assert.deepEqual(await violations(page, name), []);
    await page.keyboard.press('Escape');
    await page.getByRole(role).waitFor({ state: 'hidden' });
  }
});
