// Hanging protocols: what hangs where and why, the prior beside it, and what scrolls together.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CARTER, stack, stored } from './viewer.dicom.mjs';
import { SLOW_MS, until, viewerPage } from './viewer.helpers.mjs';

const MR = ['T1 AX +C', 'AX FLAIR', 'AX T2', 'DWI b1000'];
/** @satisfies {import('./viewer.dicom.mjs').StudyOptions} */
const HEAD = /** @type {const} */ ({ content: 'head', patient: CARTER, description: 'MRI brain' });

/** What each pane shows, row by row: its series, how far up, and its window. */
const panes = page =>
  page.evaluate(() => {
    const { cornerstone } = window;
    const place = viewport => {
      const { top, left } = viewport.element.getBoundingClientRect();
      return Math.round(top) * 10_000 + left;
    };
    const viewports = cornerstone.getRenderingEngines()[0].getViewports();
    return [...viewports].sort((a, b) => place(a) - place(b)).map(viewport => {
      const instance = cornerstone.metaData.get('instance', viewport.getCurrentImageId());
      const { upper, lower } = viewport.getProperties().voiRange ?? {};
      return {
        study: instance.StudyInstanceUID,
        series: instance.SeriesDescription,
        mm: Number(instance.ImagePositionPatient[2]),
        width: Math.round(upper - lower) + 1,
        prior: viewport.element.dataset.hungPrior,
      };
    });
  });

/** @param {import('playwright-core').Page} page @param {string} study @param {number} count */
async function hung(page, study, count) {
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-hanging').waitFor({ timeout: SLOW_MS });
  return until(`${count} panes`, async () => {
    const found = await panes(page).catch(() => []);
    return found.length === count && found;
  });
}

const why = page => page.locator('#cdss-why').textContent();

test('a follow-up hangs beside its prior and scrolls with it only in one frame of reference', async t => {
  const prior = await stored('hang-prior', stack(20, 3), { ...HEAD, series: MR, date: '20240110', frame: 'hang' });
  const apart = await stored('hang-apart', stack(12), { ...HEAD, series: MR.slice(0, 1), date: '20230110' });
  const study = await stored('hang-now', stack(24), { ...HEAD, series: MR, date: '20260110', frame: 'hang' });
  const { page, problems } = await viewerPage(t, 'radiologist');
  const first = await hung(page, study, 4);
  assert.deepEqual(
    first.map(pane => [pane.series, pane.study]),
    ['T1 AX +C', 'AX FLAIR'].flatMap(series => [[series, study], [series, prior]]),
  );
  assert.match(await why(page), /MR of the head with a prior: T1 with contrast, FLAIR/);
  assert.match(await why(page), /chosen by rule \(100 of 100: modality, body part, sequences\)/);
  assert.match(await why(page), /Both scroll together: one frame of reference/);
  assert.match(first[1].prior, /^Prior/);

  await until('all begin at one place', async () => new Set((await panes(page)).map(({ mm }) => mm)).size === 1);
  const [{ mm: before }] = await panes(page);
  await page.locator('.viewport-element').first().hover();
  for (let step = 0; step < 3; step += 1) {
    await page.mouse.wheel(0, 100);
    await page.waitForTimeout(200);
  }
  const after = await until('they scroll by position', async () => {
    const found = await panes(page);
    return new Set(found.map(({ mm }) => mm)).size === 1 && found[0].mm !== before && found;
  });
  assert.equal(Math.abs(after[0].mm - before), 3);

  await page.click('#cdss-linked');
  await page.locator('.viewport-element').first().hover();
  await page.mouse.wheel(0, 100);
  await until('only one scrolls', async () => (await panes(page))[0].mm !== after[0].mm);
  assert.equal((await panes(page))[1].mm, after[1].mm);
  await page.click('#cdss-linked');
  await until('together again', async () => new Set((await panes(page)).map(({ mm }) => mm)).size === 1);

  await page.locator(`[data-prior="${apart}"]`).click();
  await until('the other prior is there', async () => (await panes(page))[1].study === apart);
  await page.locator('#cdss-why', { hasText: 'chosen by you' }).waitFor();
  assert.match(await why(page), /Each scrolls alone: the frames of reference differ/);
  const still = (await panes(page))[1].mm;
  await page.locator('.viewport-element').first().hover();
  await page.mouse.wheel(0, 100);
  await page.waitForTimeout(500);
  assert.equal((await panes(page))[1].mm, still);

  await page.selectOption('#cdss-layout', 'brain_mr');
  await until('by sequence', async () =>
    (await panes(page)).map(({ series }) => series).join() === 'T1 AX +C,AX T2,AX FLAIR,DWI b1000');
  await hung(page, study, 4);
  assert.match(await why(page), /^Your choice\. MR of the head: T1 with contrast, T2, FLAIR, DWI/);
  assert.deepEqual(problems, []);
});

test('a CT of the head hangs in three windows', async t => {
  const study = await stored('hang-ct', stack(12), { ...HEAD, description: 'CT brain', modality: 'CT', series: ['Head 5.0'] });
  const { page } = await viewerPage(t, 'radiologist', { locale: 'ko-KR' });
  const found = await hung(page, study, 3);
  await until('windows', async () => (await panes(page)).map(({ width }) => width).join() === '80,215,2800');
  assert.equal(found[2].series, 'Head 5.0');
  assert.match(await why(page), /^두부 CT: 뇌, 경막하, 뼈 윈도우/);
});
