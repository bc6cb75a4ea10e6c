// What surrounds the mask: sign-in, rights, languages, measurements, earlier studies, and series
// of every shape.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launch, newPage } from './browser.mjs';
import { SAGITTAL, stack, stored } from './viewer.dicom.mjs';
import {
  SLOW_MS,
  VIEW,
  api,
  boxOf,
  drag,
  renderedLabels,
  finishedJob,
  openViewer,
  painted,
  sampleStudy,
  saveState,
  until,
  viewerPage,
} from './viewer.helpers.mjs';

/** What each viewport shows. */
const shown = page =>
  page.evaluate(() =>
    window.cornerstone
      .getRenderingEngines()[0]
      .getViewports()
      .map(viewport => {
        const imageId = viewport.getCurrentImageId();
        const instance = window.cornerstone.metaData.get('instance', imageId);
        const image = window.cornerstone.cache.getImage(imageId);
        return {
          index: viewport.getCurrentImageIdIndex(),
          count: viewport.getImageIds().length,
          number: Number(instance.InstanceNumber),
          pixel: image?.getPixelData()[1],
          size: [image?.rows, image?.columns],
          place: [...instance.ImagePositionPatient].map(Number),
          normal: viewport.getCamera().viewPlaneNormal.map(value => Math.abs(Math.round(value))),
        };
      }),
  );

async function openStudy(page, study) {
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-panel').waitFor({ timeout: SLOW_MS });
  return until('the first image', async () => {
    const found = await shown(page).catch(() => []);
    return found[0]?.pixel !== undefined && found[0];
  });
}

async function showImage(page, index) {
  await page.evaluate(
    at => window.cornerstone.getRenderingEngines()[0].getViewports()[0].setImageIdIndex(at),
    index,
  );
  return until(`image ${index}`, async () => {
    const [found] = await shown(page);
    return found.index === index && found.pixel !== undefined && found;
  });
}

test('an expired token is renewed under the strokes', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page } = await viewerPage(t);
  await openViewer(page, study, job.id);
  await page.click('#cdss-brush');
  await drag(page, [
    [0.1, 0.1],
    [0.2, 0.15],
  ]);
  let refused = 0;
  let renewed = 0;
  await page.route('**/save/', route => {
    refused += 1;
    return refused === 1
      ? route.fulfill({ status: 401, json: { error: { code: 'ERR_002' } } })
      : route.continue();
  });
  page.on('request', request => {
    renewed += request.url().endsWith('/token/refresh/') ? 1 : 0;
  });
  await page.click('#cdss-save');
  await until('saved', async () => (await saveState(page)) === 'saved');
  assert.deepEqual([refused, renewed], [2, 1]);
});

test('a logout in another tab hides the images, and a login brings the strokes back', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page, context } = await viewerPage(t);
  await openViewer(page, study, job.id);
  const ai = await renderedLabels(page);
  await page.click('#cdss-brush');
  await drag(page, [
    [0.1, 0.1],
    [0.2, 0.15],
  ]);
  const stroke = painted(ai, await renderedLabels(page));

  const other = await context.newPage();
  await other.goto('/login');
  await other.evaluate(async () => {
    const { session } = await import(/** @type {any} */ ('/session.js'));
    await session.restore();
    await session.logout();
  });
  await page.getByText('You have been logged out').waitFor();
  const cover = await boxOf(page.locator('#cdss-cover'));
  assert.deepEqual([cover.width, cover.height], [1500, 900]);
  await other.evaluate(async () => {
    const { session } = await import(/** @type {any} */ ('/session.js'));
    await session.login('doctor', 'doctor123');
  });
  await page.locator('#cdss-cover').waitFor({ state: 'detached' });
  assert.deepEqual(painted(ai, await renderedLabels(page)), stroke);
  await page.click('#cdss-save');
  await until('saved', async () => (await saveState(page)) === 'saved');

  await other.evaluate(async () => {
    const { session } = await import(/** @type {any} */ ('/session.js'));
    await session.logout();
  });
  await page.waitForURL('**/login?next=**');
});

test('who has no right, or asks for nothing, reads a sentence', async t => {
  const study = await sampleStudy(await api('doctor'));
  const sentences = [
    ['nurse', study, 'You do not have permission to view images.'],
    ['doctor', '1.2.3', 'The study was not found.'],
    ['doctor', '', 'The address does not specify a study.'],
  ];
  for (const [username, asked, sentence] of sentences) {
    const { page } = await viewerPage(t, username);
    await page.goto(`/ohif/viewer?StudyInstanceUIDs=${asked}`);
    await page.getByText(sentence).waitFor({ timeout: SLOW_MS });
    assert.equal(await page.locator('#cdss-cover a').getAttribute('href'), '/');
  }
  const { page } = await viewerPage(t, 'admin');
  await openStudy(page, study);
  await page.getByText('but not AI results').waitFor();
  assert.equal(await page.locator('#cdss-save').isVisible(), false);
});

test('without a session the login page comes first', async t => {
  const { page } = await newPage(await launch(t, { webgl: true }), VIEW);
  await page.goto('/ohif/viewer?StudyInstanceUIDs=1.2.3');
  await page.waitForURL('**/login?next=%2Fohif%2Fviewer**');
});

test('masks of the archive are no series in the list, and the console is silent', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  await as.post(`/api/ai/jobs/${job.id}/review/`, { decision: 'approve', version: 1 });
  await until('the SEG is indexed', async () => {
    const { series } = await as.json(`/api/ris/studies/${study}/`);
    return series.some(({ modality }) => modality === 'SEG');
  });
  const { page } = await viewerPage(t);
  const errors = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  await openViewer(page, study, job.id);
  await page.waitForLoadState('networkidle');
  const listed = await page.locator('[data-cy^="study-browser-thumbnail"]').allInnerTexts();
  assert.ok(listed.some(words => words.includes('MR')), listed.join('; '));
  assert.ok(!listed.some(words => /SEG|Segmentation/.test(words)), listed.join('; '));
  assert.deepEqual(errors, []);
});

/** The SR of a study as the archive has them. */
async function reportsOf(as, study) {
  const { series } = await as.json(`/api/ris/studies/${study}/`);
  const found = series.filter(({ modality }) => modality === 'SR');
  const all = found.map(({ series_instance_uid: uid }) =>
    as.json(`/api/ris/dicom-web/studies/${study}/series/${uid}/metadata`, {
      headers: { Accept: 'application/dicom+json' },
    }),
  );
  return (await Promise.all(all)).flat();
}

test('measurements are one report per person, which grows by versions', async t => {
  const as = await api('doctor');
  const study = await stored(`shape-measured-${Date.now()}`, stack(3), { rows: 61, columns: 53 });
  const { page } = await viewerPage(t);
  await openStudy(page, study);
  const measured = count => page.locator(`#cdss-measure[data-count="${count}"]`);
  const measure = async points => {
    await page.keyboard.press('l');
    await drag(page, points);
  };
  const save = async count => {
    await page.click('#cdss-measure-save');
    await page.locator('#cdss-measure[data-saved="true"]').waitFor({ timeout: SLOW_MS });
    await until('the archive has it', async () => (await reportsOf(as, study)).length === count);
    return reportsOf(as, study);
  };
  const length = () =>
    page.evaluate(() => {
      const [annotation] = window.cornerstoneTools.annotation.state
        .getAllAnnotations()
        .filter(({ metadata }) => metadata.toolName === 'Length');
      return Object.values(annotation?.data.cachedStats ?? {})[0]?.length;
    });
  await measure([
    [0.35, 0.3],
    [0.6, 0.5],
  ]);
  await measured(1).waitFor();
  const [first] = await save(1);
  const before = await length();
  assert.ok(before > 5);

  await openStudy(page, study);
  await measured(1).waitFor({ timeout: SLOW_MS });
  await until('its length', async () => Math.abs((await length()) - before) < 0.01);
  assert.equal(await page.locator('#cdss-measure').getAttribute('data-saved'), 'true');
  await measure([
    [0.3, 0.6],
    [0.5, 0.7],
  ]);
  await measured(2).waitFor();
  const reports = await save(2);
  const value = (item, tag) => item[tag]?.Value?.[0];
  const second = reports.find(found => value(found, '00080018') !== value(first, '00080018'));
  assert.deepEqual(
    ['0020000E', '00200013'].map(tag => value(second, tag)),
    [value(first, '0020000E'), 2],
  );
  const replaced = value(value(value(second, '0040A360'), '00081115'), '00081199');
  assert.equal(value(replaced, '00081155'), value(first, '00080018'));
  assert.equal(value(replaced, '00081150'), value(first, '00080016'));
  for (const report of reports)
    assert.equal(value(value(value(report, '0040A078'), '00401101'), '00080100'), 'doctor');

  await openStudy(page, study);
  await measured(2).waitFor({ timeout: SLOW_MS });
  await page.locator('[data-cy="panelMeasurement-btn"]').click();
  assert.equal(await page.getByText('Create SR').count(), 0, 'one way to save');
});

test('series of every shape are drawn rightly, or only as far as is right', async t => {
  const holes = stack(20).filter((_, at) => at !== 9);
  const mixed = [
    ...stack(10),
    ...Array.from({ length: 8 }, (_, at) => ({ position: [at, 0, 0], orientation: SAGITTAL })),
  ];
  const shapes = [
    { name: 'shape-missing', places: holes, sentence: 'A slice is missing' },
    { name: 'shape-two', places: mixed, sentence: 'more than one orientation' },
    { name: 'shape-single', places: stack(1), sentence: 'one image' },
    { name: 'shape-odd', places: stack(12), size: { rows: 61, columns: 53 } },
  ];
  const { page, problems } = await viewerPage(t);
  for (const { name, places, size = { rows: 64, columns: 64 }, sentence } of shapes) {
    const study = await stored(name, places, size);
    await openStudy(page, study);
    for (let at = 0; at < places.length; at += 1) {
      const found = await showImage(page, at);
      assert.equal(found.count, places.length, name);
      assert.equal(found.pixel, found.number, `${name}: the pixels are those of the image`);
      assert.deepEqual(found.size, [size.rows, size.columns]);
      const { orientation } = places[found.number - 1];
      assert.deepEqual(found.normal, orientation ? [1, 0, 0] : [0, 0, 1], `${name}: its own plane`);
    }
    if (sentence) await page.locator('#cdss-series', { hasText: sentence }).waitFor();
    await page.locator('[data-cy="Layout"]').click();
    const planes = page.locator('[data-cy="MPR"]');
    await planes.waitFor();
    const offered = !/pointer-events-none/.test((await planes.getAttribute('class')) ?? '');
    assert.equal(offered, !sentence, `${name}: other planes`);
  }
  assert.deepEqual(problems, []);
});

test('3,000 slices open at once and scroll to any place', async t => {
  const study = await stored('shape-many', stack(3000));
  const { page } = await viewerPage(t);
  const first = await openStudy(page, study);
  assert.equal(first.count, 3000);
  for (const at of [2999, 1500, 7]) {
    const found = await showImage(page, at);
    assert.equal(found.pixel, found.number);
  }
  await page.getByText('3000 images').waitFor();
});
