// The viewer as a doctor uses it, by mouse and keyboard, against the live stack. What the page
// claims is checked through the API and in the archive.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { start, stop } from './stack.mjs';
import {
  SLOW_MS,
  api,
  assertSameLabels,
  drag,
  renderedLabels,
  finishedJob,
  rejectWaiting,
  openViewer,
  painted,
  sampleStudy,
  saveState,
  segLabels,
  storedHeat,
  storedLabels,
  until,
  viewerPage,
} from './viewer.helpers.mjs';

const CORNER = [
  [0.1, 0.1],
  [0.2, 0.15],
];
const saved = page =>
  page.waitForFunction(
    () => document.querySelector('.cdss-savebar[data-status="saved"]'),
    null,
    { timeout: SLOW_MS },
  );
const answer = (page, name) => page.locator(`.cdss-dialog button[name="${name}"]`).click();
const volume = async page =>
  Number.parseFloat((await page.locator('#cdss-mask output').first().innerText()).replace(',', ''));

/** As colours by tenth, drawn from the chosen probability on. */
async function seesTheProbability(page, stored) {
  await page.click('#cdss-heat-toggle');
  await page.locator('#cdss-heat-toggle[aria-pressed="true"]').waitFor();
  const tenths = new Map(
    [...stored].map(([sop, levels]) => [sop, levels.map(level => Math.ceil((level * 10) / 255))]),
  );
  assertSameLabels(await renderedLabels(page, 'cdss-heat'), tenths);
  await page.locator('#cdss-heatmap-threshold').fill('0.9');
  const drawn = await page.evaluate(() => {
    const [{ viewportId }] = window.cornerstone.getEnabledElements();
    const layer = { segmentationId: 'cdss-heat', type: 'Labelmap' };
    const { visibility } = window.cornerstoneTools.segmentation.config;
    return Array.from({ length: 10 }, (_, at) =>
      visibility.getSegmentIndexVisibility(viewportId, layer, at + 1),
    );
  });
  assert.deepEqual(drawn, [...Array(9).fill(false), true]);
}

test('a mask is painted, saved, approved and found again in the archive', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page, problems } = await viewerPage(t);
  await openViewer(page, study, job.id);

  const ai = await storedLabels(as, job.segmentation, 1);
  assertSameLabels(await renderedLabels(page), ai);
  const before = await volume(page);
  await seesTheProbability(page, await storedHeat(as, job));

  await page.click('#cdss-brush');
  await drag(page, CORNER);
  await until('the volume grows', async () => (await volume(page)) > before);
  const stroke = painted(ai, await renderedLabels(page));
  assert.equal(stroke.size, 1, 'a flat brush paints one slice');
  assert.equal(await saveState(page), 'dirty');
  await page.keyboard.press('Control+z');
  assertSameLabels(await renderedLabels(page), ai);
  await until('nothing is left to save', async () => (await saveState(page)) === 'saved');
  await page.keyboard.press('Control+y');
  assert.deepEqual(painted(ai, await renderedLabels(page)), stroke);

  await page.click('#cdss-save');
  await saved(page);
  const edited = await storedLabels(as, job.segmentation, 2);
  assertSameLabels(edited, await renderedLabels(page));
  assert.deepEqual(painted(ai, edited), stroke);

  await page.locator('[data-compare="1"]').click();
  await page.getByText('Compared with version 1').waitFor();
  assertSameLabels(await renderedLabels(page, 'cdss-compared'), ai);

  await page.fill('#cdss-comment', 'Checked by a test.');
  await page.click('#cdss-approve');
  await answer(page, 'yes');
  await page
    .locator('#cdss-publication[data-status="PUBLISHED"]')
    .waitFor({ timeout: 2 * SLOW_MS });
  const { publication, review_comment: comment } = await as.json(`/api/ai/jobs/${job.id}/`);
  assert.equal(comment, 'Checked by a test.');
  const archived = await segLabels(as, study, publication.seg, [...stroke.keys()]);
  for (const [sop, at] of stroke) {
    for (const index of at)
      assert.ok(archived.get(sop)?.[index], `voxel ${index} of ${sop} is in the SEG`);
  }
  assert.ok(await page.getByText('can no longer be changed').isVisible());
  assert.deepEqual(problems, []);
});

test('looking from other sides and at other versions changes nothing', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.locator('[data-cy="Layout"]').click();
  await page.locator('[data-cy="MPR"]').click();
  await page.locator('.viewport-element').nth(2).waitFor({ timeout: SLOW_MS });
  await page.waitForTimeout(4000);
  await page.locator('[data-compare="1"]').click();
  await page.getByText('Compared with version 1').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('3');
  assert.equal(await saveState(page), 'saved');
  const { AxeBuilder } = await import('@axe-core/playwright');
  const { violations } = await new AxeBuilder({ page })
    .include('#cdss-panel')
    .include('#cdss-back')
    .analyze();
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  );
});

test('an older version is restored, segments are coloured and hidden, a result is rejected', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  const ai = await renderedLabels(page);
  await page.click('#cdss-brush');
  await drag(page, CORNER);
  await until('dirty', async () => (await saveState(page)) === 'dirty');
  await page.click('#cdss-save');
  await saved(page);
  await page.locator('[data-restore="1"]').click();
  await until('dirty', async () => (await saveState(page)) === 'dirty');
  assertSameLabels(await renderedLabels(page), ai);
  await page.click('#cdss-save');
  await page.locator('[data-version="3"]').waitFor();
  assertSameLabels(await storedLabels(as, job.segmentation, 3), ai);

  const appearance = () =>
    page.evaluate(() => {
      const { config } = window.cornerstoneTools.segmentation;
      const [{ id }] = window.cornerstone.getRenderingEngines()[0].getViewports();
      const mask = { segmentationId: 'cdss-mask', type: 'Labelmap' };
      return {
        color: [...config.color.getSegmentIndexColor(id, 'cdss-mask', 1)].slice(0, 3),
        visible: config.visibility.getSegmentIndexVisibility(id, mask, 1),
        opacity: config.style.getStyle({ viewportId: id, ...mask }).fillAlpha,
      };
    });
  await page.locator('#cdss-mask input[type="color"]').fill('#ff0000');
  await page.locator('#cdss-mask-opacity').fill('0.75');
  await page.getByRole('button', { name: 'Hide Brain' }).click();
  assert.deepEqual(await appearance(), { color: [255, 0, 0], visible: false, opacity: 0.75 });
  await page.keyboard.press('x');
  assert.equal((await appearance()).visible, true);

  await page.fill('#cdss-comment', 'Motion.');
  await page.click('#cdss-reject');
  await answer(page, 'yes');
  await page.getByText('Rejected by 이서연').waitFor();
  const { review_status: review, publication } = await as.json(`/api/ai/jobs/${job.id}/`);
  assert.deepEqual([review, publication.status], ['REJECTED', 'NONE']);
  assert.equal(await page.locator('#cdss-brush').isVisible(), false);
});

test('eraser, threshold brush, fill between slices and painting in other planes', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  const ai = await renderedLabels(page);
  const slices = async () => painted(ai, await renderedLabels(page)).size;

  await page.keyboard.press('e');
  await drag(page, [
    [0.4, 0.5],
    [0.6, 0.5],
  ]);
  for (let step = 0; step < 5; step += 1) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(200);
  }
  await drag(page, [
    [0.4, 0.5],
    [0.6, 0.5],
  ]);
  assert.equal(await slices(), 2);
  await page.keyboard.press('f');
  await until('the slices between are filled', async () => (await slices()) === 6);
  await page.keyboard.press('Control+z');
  await until('the filling is undone', async () => (await slices()) === 2);

  await page.keyboard.press('t');
  await drag(page, [
    [0.25, 0.9],
    [0.35, 0.9],
  ]);
  await page.locator('[data-cy="Layout"]').click();
  await page.locator('[data-cy="MPR"]').click();
  await page.locator('.viewport-element').nth(2).waitFor({ timeout: SLOW_MS });
  await page.waitForTimeout(3000);
  await page.keyboard.press('e');
  await drag(
    page,
    [
      [0.45, 0.5],
      [0.55, 0.5],
    ],
    2,
  );
  await until('a stroke across the slices', async () => (await slices()) > 10);
  await page.keyboard.press('Control+s');
  await saved(page);
  assertSameLabels(await storedLabels(as, job.segmentation, 2), await renderedLabels(page));
});

test('two doctors edit the same mask: both are kept', async t => {
  const as = await api('radiologist');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.click('#cdss-brush');
  await drag(page, CORNER);

  const other = await storedLabels(as, job.segmentation, 1);
  const grid = await as.json(`/api/ai/segmentations/${job.segmentation}/versions/1/`);
  other.get(grid.slices[3])?.fill(1, 0, 1);
  const { gzipSync } = await import('node:zlib');
  const body = new FormData();
  body.append(
    'meta',
    JSON.stringify({
      segmentation: job.segmentation,
      base_version: 1,
      slices: grid.slices,
      rows: grid.rows,
      columns: grid.columns,
    }),
  );
  body.append('labelmap', new File([gzipSync(Buffer.concat([...other.values()]))], 'labelmap.gz'));
  await as.json(`/api/segmentation/${study}/save/`, { method: 'POST', body });

  await page.click('#cdss-save');
  await page.getByText('박지훈 saved version 2').waitFor();
  await answer(page, 'both');
  await saved(page);
  const { versions } = await as.json(`/api/ai/segmentations/${job.segmentation}/`);
  assert.deepEqual(
    versions.map(({ version, author }) => [version, author]),
    [
      [1, null],
      [2, 'radiologist'],
      [3, 'doctor'],
    ],
  );
  assertSameLabels(await storedLabels(as, job.segmentation, 2), other);
  assertSameLabels(await storedLabels(as, job.segmentation, 3), await renderedLabels(page));
});

test('the server goes away in the middle of a save: nothing is lost, nothing is doubled', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.click('#cdss-brush');
  await drag(page, CORNER);
  const strokes = await renderedLabels(page);

  let lost = 0;
  await page.route('**/save/', async route => {
    lost += 1;
    if (lost === 1) return route.abort('connectionrefused'); // it does not arrive
    if (lost === 2) await route.fetch(); // it arrives, the answer does not
    return lost === 2 ? route.abort('connectionreset') : route.continue();
  });
  await page.click('#cdss-save');
  await page.getByText('Your edits are kept in this tab').waitFor();
  assertSameLabels(await renderedLabels(page), strokes);
  await saved(page);
  assert.equal(lost, 3);
  const { versions } = await as.json(`/api/ai/segmentations/${job.segmentation}/`);
  assert.equal(versions.length, 2, 'the save that arrived twice is one version');
  assertSameLabels(await storedLabels(as, job.segmentation, 2), strokes);
});

test('the server is stopped before a save: the strokes wait for it', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.click('#cdss-brush');
  await drag(page, CORNER);
  const strokes = await renderedLabels(page);
  await until('dirty', async () => (await saveState(page)) === 'dirty');

  stop('django');
  try {
    await page.click('#cdss-save');
    await page.getByText('Your edits are kept in this tab').waitFor();
    assertSameLabels(await renderedLabels(page), strokes);
    assert.equal(await saveState(page), 'waiting');
  } finally {
    start('django');
  }
  await saved(page);
  const { versions } = await as.json(`/api/ai/segmentations/${job.segmentation}/`);
  assert.equal(versions.length, 2);
  assertSameLabels(await storedLabels(as, job.segmentation, 2), strokes);
});

test('leaving with unsaved strokes asks first; another result asks too', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.click('#cdss-brush');
  await drag(page, CORNER);

  const asked = page.waitForEvent('dialog');
  const leaving = page.click('#cdss-back').catch(() => {});
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await leaving;
  assert.equal(await saveState(page), 'dirty');

  const others = page.locator('#cdss-job select option:not(:checked)');
  if (await others.count()) {
    await page.locator('#cdss-job select').selectOption(await others.first().getAttribute('value'));
    await answer(page, 'stay');
    assert.equal(await saveState(page), 'dirty');
  }
});

test('AI is asked for from the viewer, and its mask appears', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  await rejectWaiting(as, study);
  const { page } = await viewerPage(t);
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-run').waitFor({ timeout: SLOW_MS });
  const before = await page.locator('#cdss-job select option').count();
  await page.click('#cdss-run');
  await page.locator('#cdss-request-state', { hasText: 'Running' }).waitFor();
  await page
    .locator('#cdss-request-state', { hasText: 'Finished' })
    .waitFor({ timeout: 2 * SLOW_MS });
  await page.locator('#cdss-save-state', { hasText: 'Version 1' }).waitFor({ timeout: SLOW_MS });
  assert.equal(await page.locator('#cdss-job select option').count(), before + 1);
  const [newest] = (await as.json(`/api/ai/jobs/?study_instance_uid=${study}`)).results;
  assertSameLabels(await renderedLabels(page), await storedLabels(as, newest.segmentation, 1));
});
