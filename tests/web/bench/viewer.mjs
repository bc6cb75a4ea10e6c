// From the study page to the first image, and from the save button to the acknowledged version.
import { gzipSync } from 'node:zlib';

import { appPage } from '../app.helpers.mjs';
import { SLOW_MS, drag, finishedJob, openViewer, sampleStudy, signIn, storedLabels } from '../viewer.helpers.mjs';
import { watchCanvas } from './canvas.mjs';

/** In the page: the time (ms since 1970) of the last click, which outlives the page. */
function watchClicks() {
  const click = () => sessionStorage.setItem('clicked', String(performance.timeOrigin + performance.now()));
  addEventListener('click', click, true);
}

/** In the page: the time (ms) from the click on save to the version's number in the bar. */
function watchSaving() {
  /** @type {HTMLElement | null} */
  const bar = document.querySelector('.cdss-savebar');
  const button = document.querySelector('#cdss-save');
  if (!bar || !button) throw new Error('there is no save bar');
  let clicked = 0;
  button.addEventListener('click', () => { clicked = performance.now(); }, true);
  new MutationObserver(() => {
    if (clicked && !window.savedMs && bar.dataset.status === 'saved') window.savedMs = performance.now() - clicked;
  }).observe(bar, { attributes: true });
}

async function firstImage(page, study) {
  await page.goto(`/studies/${study}`);
  const link = page.getByRole('link', { name: 'Open in the viewer' });
  await link.waitFor();
  await page.waitForLoadState('networkidle');
  await link.click();
  await page.waitForFunction(() => window.firstImageAt, null, { timeout: SLOW_MS });
  return page.evaluate(() => window.firstImageAt - Number(sessionStorage.getItem('clicked')));
}

/** What no viewer can do without: the series' metadata, then one frame, both fetched from here. */
async function metadataAndFrame(as, study, series) {
  const path = `/api/ris/dicom-web/studies/${study}/series/${series}`;
  const begun = performance.now();
  const metadata = await as.json(`${path}/metadata`, { headers: { Accept: 'application/dicom+json' } });
  const sop = metadata[metadata.length >> 1]['00080018'].Value[0];
  await (await as.call(`${path}/instances/${sop}/frames/1`)).arrayBuffer();
  return performance.now() - begun;
}

/** A save over the bare API, of the same size. */
async function savedByApi(as, study, segmentation, base) {
  const labels = await storedLabels(as, segmentation, base);
  const { slices, rows, columns } = await as.json(`/api/ai/segmentations/${segmentation}/versions/${base}/`);
  const slice = labels.get(slices[3]);
  if (slice) slice[base] = 1;
  const body = new FormData();
  body.append('meta', JSON.stringify({ segmentation, base_version: base, slices, rows, columns }));
  body.append('labelmap', new File([gzipSync(Buffer.concat([...labels.values()]))], 'labelmap.gz'));
  const begun = performance.now();
  await as.json(`/api/segmentation/${study}/save/`, { method: 'POST', body });
  return performance.now() - begun;
}

/** One page with everything in its cache, for all runs. */
export async function prepareViewer(browser, as) {
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page, context } = await appPage(browser);
  await signIn(context, 'doctor');
  await page.addInitScript(watchClicks);
  await page.addInitScript(watchCanvas);
  const cold = await firstImage(page, study);
  return { page, context, study, job, cold };
}

export async function measureViewer({ page, study, job }, as) {
  const opened = await firstImage(page, study);
  const floor = await metadataAndFrame(as, study, job.series_instance_uid);
  await openViewer(page, study, job.id);
  await page.evaluate(watchSaving);
  await page.click('#cdss-brush');
  await drag(page, [[0.1, 0.1 + Math.random() / 4], [0.25, 0.15]]);
  await page.locator('.cdss-savebar[data-status="dirty"]').waitFor();
  await page.click('#cdss-save');
  const saved = await (await page.waitForFunction(() => window.savedMs)).jsonValue();
  const { versions } = await as.json(`/api/ai/segmentations/${job.segmentation}/`);
  const peer = await savedByApi(as, study, job.segmentation, versions.at(-1).version);
  return {
    viewer_first_image_ms: opened, viewer_peer_ms: floor, save_edit_ms: saved, save_peer_ms: peer,
  };
}
