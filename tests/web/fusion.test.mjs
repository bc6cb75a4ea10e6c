// Fusion: one series over another in the viewer; a registration asked for and accepted on the page of the study.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf } from './app.helpers.mjs';
import { text } from './texts.mjs';
import { CARTER, stack, stored } from './viewer.dicom.mjs';
import { SLOW_MS, api, until, viewerPage } from './viewer.helpers.mjs';

/** @import { Page } from './types.d.ts' */

/** @satisfies {import('./viewer.dicom.mjs').StudyOptions} */
const HEAD = /** @type {const} */ ({ content: 'head', patient: CARTER, description: 'MRI brain' });
/** Half of the colour of hot iron there, and half of the grey. */
const BLUE = 80;
/** @param {string} key */
const en = key => text('en', key);

/**
 * How many pixels are in the colours of the upper series, and how many are grey.
 *
 * @param {Page} page
 * @param {string} canvas
 */
const pixels = (page, canvas) =>
  page.evaluate(
    ([selector, blue]) => {
      const found = document.querySelector(`${selector}`);
      const counted = { coloured: 0, grey: 0 };
      if (!(found instanceof HTMLCanvasElement) || !found.width) return counted;
      const { data } = found.getContext('2d')?.getImageData(0, 0, found.width, found.height) ?? { data: [] };
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 2] - data[at + 1] > Number(blue)) counted.coloured += 1;
        else if (data[at] > 40) counted.grey += 1;
      }
      return counted;
    },
    [canvas, BLUE],
  );

const PANE = '.viewport-element canvas.cornerstone-canvas';
const BOARD = '.cdss-checkerboard';

/** @param {Page} page @param {string} canvas @param {boolean} coloured @param {boolean} grey */
const shows = (page, canvas, coloured, grey) =>
  until(`${canvas} with colours: ${coloured}, with greys: ${grey}`, async () => {
    const counted = await pixels(page, canvas);
    return counted.coloured > 1000 === coloured && counted.grey > 1000 === grey;
  });

test('one series lies over another of its frame of reference, and none of another', async t => {
  const name = `over ${Date.now()}`;
  await stored(`${name} prior`, stack(12), { ...HEAD, series: ['T1 apart'], date: '20240110' });
  const study = await stored(name, stack(12), { ...HEAD, series: ['T1 now', 'T2 now'], date: '20260110' });
  const { page, problems } = await viewerPage(t, 'radiologist');
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  const series = page.locator('#cdss-fusion-series');
  const blend = page.locator('#cdss-fusion-blend');
  const squares = page.locator('#cdss-fusion-squares');
  const apart = series.locator('option', { hasText: 'T1 apart' });
  await apart.waitFor({ state: 'attached', timeout: SLOW_MS });

  await series.selectOption({ label: 'T1 apart' });
  await page.locator('#cdss-fusion-problem', { hasText: 'has another frame of reference' }).waitFor();
  await shows(page, PANE, false, true);

  await series.selectOption({ label: 'T2 now' });
  await shows(page, PANE, true, false);
  await blend.fill('0');
  await shows(page, PANE, false, true);
  await squares.check();
  await shows(page, BOARD, true, true);
  await squares.uncheck();
  assert.equal(await page.locator(BOARD).count(), 0);
  await blend.fill('1');
  await shows(page, PANE, true, false);
  await series.selectOption({ index: 0 });
  await shows(page, PANE, false, true);
  assert.deepEqual(problems, []);
});

test('two series are registered, accepted and fused', async t => {
  const name = `fuse ${Date.now()}`;
  await stored(`${name} prior`, stack(24), { ...HEAD, series: ['T1 earlier'], date: '20240110' });
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
  await page.getByRole('img', { name: en('registrations.previewAlt') }).waitFor();
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
  await shows(viewer, PANE, true, false);
  await viewer.locator('#cdss-fusion-blend').fill('0');
  await shows(viewer, PANE, false, true);
  await series.selectOption({ index: 0 });

  await until('the prior hangs beside', async () => (await viewer.locator('.viewport-element').count()) === 2);
  const offered = await series.locator('option', { hasText: 'T1 earlier' }).allTextContents();
  assert.deepEqual(offered.map(label => label.includes('registered')), [true], 'never as it was');
  assert.deepEqual(problems, []);
});
