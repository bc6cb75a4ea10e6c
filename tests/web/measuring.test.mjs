// Measuring: closed contours on several slices come to a volume, and come back as they were; growth since an
// earlier study.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { CARTER, stack, stored } from './viewer.dicom.mjs';
import {
  QUICK_MODEL,
  SLOW_MS,
  api,
  drag,
  finishedJob,
  firstPart,
  openViewer,
  renderedLabels,
  until,
  viewerPage,
} from './viewer.helpers.mjs';

/** @import { Page } from './types.d.ts' */

const NAME = 'Tumour';
const ELLIPSE = [[0.4, 0.4], [0.56, 0.48]];
const RING = Array.from({ length: 13 }, (_, at) => {
  const angle = (at * Math.PI) / 6;
  return [0.5 + 0.14 * Math.cos(angle), 0.5 + 0.1 * Math.sin(angle)];
});

/** @param {Page} page @param {number} index */
async function showSlice(page, index) {
  await page.evaluate(
    at => window.cornerstone.getRenderingEngines()[0].getViewports()[0].setImageIdIndex(at),
    index,
  );
  await page.waitForFunction(
    at => {
      const [viewport] = window.cornerstone.getRenderingEngines()[0].getViewports();
      return viewport.getCurrentImageIdIndex() === at && window.cornerstone.cache.getImage(viewport.getCurrentImageId());
    },
    index,
    { timeout: SLOW_MS },
  );
}

/** The tool and the area (mm²) of each contour, as it was drawn on an axial slice. @param {Page} page */
const areas = page =>
  page.evaluate(() => {
    const distance = (from, to) => Math.hypot(...from.map((value, axis) => value - to[axis]));
    const polygon = points =>
      points.reduce((sum, [x, y], at) => {
        const [nextX, nextY] = points[(at + 1) % points.length];
        return sum + (x * nextY - nextX * y) / 2;
      }, 0);
    return window.cornerstoneTools.annotation.state
      .getAllAnnotations()
      .filter(({ metadata }) => /ROI/.test(metadata.toolName))
      .map(({ metadata, data }) => {
        const [bottom, top, left, right] = data.handles.points;
        const area = right
          ? (Math.PI * distance(bottom, top) * distance(left, right)) / 4
          : Math.abs(polygon(data.contour.polyline));
        return `${metadata.toolName} ${area.toFixed(1)}`;
      })
      .sort();
  });

/** Whether the viewer has counted each area, which it does while the slice is shown. @param {Page} page */
const isCounted = page =>
  page.evaluate(() =>
    window.cornerstoneTools.annotation.state
      .getAllAnnotations()
      .filter(({ metadata }) => /ROI/.test(metadata.toolName))
      .every(({ data }) => Object.values(data.cachedStats ?? {}).some(({ area }) => area > 0)),
  );

/** @param {Page} page @param {string} study */
async function open(page, study) {
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-roi-name').waitFor({ timeout: SLOW_MS });
  await page.waitForFunction(
    () => window.cornerstone?.getRenderingEngines()[0]?.getViewports()[0]?.getCurrentImageId?.(),
    null,
    { timeout: SLOW_MS },
  );
}

/** What dciodvfy calls an error. @param {Buffer} file */
async function faults(file) {
  const folder = await mkdtemp(join(tmpdir(), 'sr-'));
  const path = join(folder, 'sr.dcm');
  await writeFile(path, file);
  const said = await new Promise(resolve =>
    execFile('dciodvfy', [path], (_, output, problems) => resolve(output + problems)),
  );
  await rm(folder, { recursive: true });
  assert.match(String(said), /EnhancedSR/, 'dciodvfy knows the object');
  return String(said).split('\n').filter(line => line.startsWith('Error'));
}

test('a region over slices has a volume, which comes back with its contours', async t => {
  const as = await api('doctor');
  const study = await stored(`region ${Date.now()}`, stack(8, 0, 2), { date: '20260110' });
  const { page, problems } = await viewerPage(t);
  await open(page, study);
  await page.fill('#cdss-roi-name', NAME);
  await page.locator('#cdss-roi-name').blur();
  const counted = page.locator('#cdss-measure');
  for (const [number, slice] of [2, 3, 5].entries()) {
    await showSlice(page, slice);
    await page.keyboard.press(slice === 3 ? 'd' : 'o');
    await drag(page, slice === 3 ? RING : ELLIPSE);
    await page.locator(`#cdss-measure[data-count="${number + 1}"]`).waitFor({ timeout: SLOW_MS });
    await until('the area is counted', () => isCounted(page));
  }
  const row = page.locator(`li[data-roi="${NAME}"]`);
  const drawn = await areas(page);
  assert.deepEqual(drawn.map(said => said.split(' ')[0]), ['EllipticalROI', 'EllipticalROI', 'PlanarFreehandROI']);
  const sum = drawn.reduce((total, said) => total + Number(said.split(' ')[1]), 0);
  const volume = async () => Number(await row.getAttribute('data-ml'));
  await until('the volume', async () => Math.abs((await volume()) - (sum * 2) / 1000) < 0.01 * sum / 500);
  await row.getByText('1 slice in between has no contour').waitFor();
  await row.getByRole('checkbox').check();
  await row.getByText('1 slice in between is interpolated').waitFor();
  const whole = await volume();
  assert.ok(whole > (sum * 2.2) / 1000, `${whole} ml with the gap`);
  await page.click('#cdss-measure-save');
  await page.locator('#cdss-measure[data-saved="true"]').waitFor({ timeout: SLOW_MS });
  const series = await until('the report is indexed', async () =>
    (await as.json(`/api/ris/studies/${study}/`)).series.find(({ modality }) => modality === 'SR'));

  const [{ '00080018': sop }] = await as.json(
    `/api/ris/dicom-web/studies/${study}/series/${series.series_instance_uid}/metadata`,
    { headers: { Accept: 'application/dicom+json' } },
  );
  const answer = await as.call(
    `/api/ris/dicom-web/studies/${study}/series/${series.series_instance_uid}/instances/${sop.Value[0]}`,
    { headers: { Accept: 'multipart/related; type="application/dicom"' } },
  );
  const body = Buffer.from(await answer.arrayBuffer());
  assert.deepEqual(await faults(firstPart(body, answer.headers.get('Content-Type'))), []);
  const sizes = await as.json(`/api/ris/studies/${study}/measurements/`);
  const found = sizes.find(({ of, name }) => of === NAME && name === 'Volume');
  assert.ok(Math.abs(found.studies[0].value - whole) < 0.002, JSON.stringify(sizes));
  const { values } = await (await api('radiologist')).json(`/api/ris/studies/${study}/report-values/?language=en`);
  assert.ok(values.some(({ text }) => text.startsWith(`${NAME} Volume ${whole.toFixed(1)}`)), JSON.stringify(values));

  await open(page, study);
  await page.locator('#cdss-measure[data-count="3"]').waitFor({ timeout: SLOW_MS });
  await until('the same tools and areas', async () => {
    const again = await areas(page);
    return again.length === 3 && again.every((said, at) => {
      const [tool, area] = said.split(' ');
      const [wasTool, was] = drawn[at].split(' ');
      return tool === wasTool && Math.abs(Number(area) - Number(was)) < 0.5;
    });
  });
  await row.getByText('1 slice in between is interpolated').waitFor();
  assert.ok(Math.abs((await volume()) - whole) < 0.01);
  assert.equal(await counted.getAttribute('data-saved'), 'true');
  assert.deepEqual(problems, []);
});

test('growth since an approved segmentation of an earlier study is shown in three colours', async t => {
  const as = await api('radiologist');
  const name = `growth ${Date.now()}`;
  /** @satisfies {import('./viewer.dicom.mjs').StudyOptions} */
  const head = /** @type {const} */ ({ content: 'head', patient: CARTER, description: 'MRI brain' });
  const approve = async study => {
    const job = await finishedJob(as, study, QUICK_MODEL);
    await as.post(`/api/ai/jobs/${job.id}/review/`, { decision: 'approve', version: 1 });
    return job;
  };
  const apart = await approve(await stored(`${name} apart`, stack(24), { ...head, date: '20240110' }));
  const before = await approve(await stored(`${name} before`, stack(20), { ...head, frame: name, date: '20250110' }));
  const study = await stored(name, stack(24), { ...head, frame: name, date: '20260110' });
  const now = await approve(study);
  const { page, problems } = await viewerPage(t, 'radiologist');
  await openViewer(page, study, now.id);
  const baseline = page.locator('#cdss-growth-baseline');
  await baseline.locator(`option[value="${apart.segmentation}"]`).waitFor({ state: 'attached', timeout: SLOW_MS });
  await baseline.selectOption(String(apart.segmentation));
  await page.locator('#cdss-growth-problem', { hasText: 'no registration between them is accepted' }).waitFor();
  await baseline.selectOption(String(before.segmentation));
  await page.locator('#cdss-growth-stable').waitFor({ timeout: SLOW_MS });
  const figures = await as.json(`/api/ris/growth/?baseline=${before.segmentation}&follow_up=${now.segmentation}`);
  const [all] = figures.findings;
  assert.equal(await page.locator('#cdss-growth-stable').innerText(), `${all.stable_ml.toFixed(1)} ml`);
  assert.ok(all.stable_ml > 0 && all.unseen_before_ml > 0, JSON.stringify(figures));
  const labels = await renderedLabels(page, 'cdss-growth');
  const marked = [...labels.values()].flatMap(slice => [...slice]).filter(Boolean);
  assert.ok(marked.length > 100 && marked.every(label => label <= 3));
  if (process.env.CDSS_PICTURE) await page.screenshot({ path: process.env.CDSS_PICTURE });
  await baseline.selectOption('');
  await page.locator('#cdss-growth-stable').waitFor({ state: 'detached' });
  assert.deepEqual(problems.filter(problem => !problem.includes('422')), []);
});
