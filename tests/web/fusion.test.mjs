// Fusion: a registration asked for and accepted on the page of the study, the viewer with one series over the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf } from './app.helpers.mjs';
import { text } from './texts.mjs';
import { CARTER, stack, stored } from './viewer.dicom.mjs';
import { SLOW_MS, api, until, viewerPage } from './viewer.helpers.mjs';

/** @satisfies {import('./viewer.dicom.mjs').StudyOptions} */
const HEAD = /** @type {const} */ ({ content: 'head', patient: CARTER, description: 'MRI brain' });
/** @param {string} key */
const en = key => text('en', key);

/** How many pixels of the first pane have a colour, and how many are grey. @param {string} canvas */
const pixels = (page, canvas) =>
  page.evaluate(selector => {
    const found = document.querySelector(selector);
    if (!found?.width) return { coloured: 0, grey: 0 };
    const { data } = found.getContext('2d').getImageData(0, 0, found.width, found.height);
    const counted = { coloured: 0, grey: 0 };
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] - data[at + 2] > 40) counted.coloured += 1;
      else if (data[at] > 40) counted.grey += 1;
    }
    return counted;
  }, canvas);

const PANE = '.viewport-element canvas.cornerstone-canvas';
const BOARD = '.cdss-checkerboard';

test('two series are registered, accepted and fused, and none without', async t => {
  const name = `fuse ${Date.now()}`;
  const prior = await stored(`${name} prior`, stack(24), { ...HEAD, series: ['T1 earlier'], date: '20240110' });
  const study = await stored(name, stack(24), { ...HEAD, series: ['T1 now'], date: '20260110' });
  const { page } = await pageOf(t, 'radiologist');
  await page.goto(`/studies/${study}`);
  const asked = page.getByRole('button', { name: en('registrations.request') });
  await asked.click();
  const dialog = page.getByRole('dialog');
  /** @param {string} label @param {RegExp} option */
  const choose = async (label, option) => {
    await dialog.getByRole('combobox', { name: en(label), exact: true }).click();
    await page.getByRole('option', { name: option }).first().click();
  };
  await choose('registrations.fixed', /T1 now/);
  await choose('registrations.movingStudy', /Jan 10, 2024/);
  await choose('registrations.moving', /T1 earlier/);
  await dialog.getByRole('button', { name: en('registrations.request') }).click();
  await page.getByText(en('status.registration.done')).waitFor({ timeout: SLOW_MS });
  await page.getByText(/Repetitions lie within \d+\.\d\d mm of the result/).waitFor();
  await page.getByLabel(en('registrations.reason')).fill('compared side by side');
  await page.getByRole('button', { name: en('registrations.accept') }).click();
  await page.getByText(en('registrations.stored')).waitFor({ timeout: SLOW_MS });
  const as = await api('radiologist');
  await until('the resampled series is in the index', async () =>
    (await as.json(`/api/ris/studies/${study}/`)).series.filter(({ images }) => images > 0).length === 2);

  const { page: viewer, problems } = await viewerPage(t, 'radiologist');
  await viewer.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  const series = viewer.locator('#cdss-fusion-series');
  await series.locator('option', { hasText: 'registered, within' }).waitFor({ state: 'attached', timeout: SLOW_MS });
  assert.equal(await series.locator('option').count(), 2);
  await series.selectOption({ index: 1 });
  await until('the upper series is drawn in colours', async () => (await pixels(viewer, PANE)).coloured > 1000);
  await viewer.locator('#cdss-fusion-blend').fill('0');
  await until('the lower one alone is grey', async () => {
    const { coloured, grey } = await pixels(viewer, PANE);
    return coloured === 0 && grey > 1000;
  });
  await viewer.locator('#cdss-fusion-squares').check();
  await until('squares of both', async () => {
    const { coloured, grey } = await pixels(viewer, BOARD);
    return coloured > 1000 && grey > 1000;
  });
  await viewer.screenshot({ path: process.env.FUSION_PICTURE });
  await viewer.locator('#cdss-fusion-squares').uncheck();
  assert.equal(await viewer.locator(BOARD).count(), 0);
  await series.selectOption({ index: 0 });

  await viewer.locator(`[data-prior="${prior}"]`).click();
  const raw = series.locator('option', { hasText: 'T1 earlier' });
  await until('it hangs beside', async () => (await viewer.locator('.viewport-element').count()) === 2);
  assert.equal(await raw.count(), 1, 'only the registered one is offered');
  assert.deepEqual(problems, []);
});

test('a series of another frame of reference is refused with a sentence', async t => {
  const name = `apart ${Date.now()}`;
  const prior = await stored(`${name} prior`, stack(12), { ...HEAD, series: ['T1 apart'], date: '20240110' });
  const study = await stored(name, stack(12), { ...HEAD, series: ['T1 alone'], date: '20260110' });
  const { page } = await viewerPage(t, 'radiologist');
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator(`[data-prior="${prior}"]`).click({ timeout: SLOW_MS });
  const series = page.locator('#cdss-fusion-series');
  await series.locator('option', { hasText: 'T1 apart' }).waitFor({ state: 'attached', timeout: SLOW_MS });
  await series.selectOption({ label: 'T1 apart' });
  await page.locator('#cdss-fusion-problem', { hasText: 'has another frame of reference' }).waitFor();
  assert.equal((await pixels(page, PANE)).coloured, 0);
});
