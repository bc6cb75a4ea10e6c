// Images travel as HTJ2K and are drawn as they came: what the viewer's own cache holds is compared,
// pixel by pixel, with the original as the gateway gives it uncompressed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launch, newPage } from './browser.mjs';
import { text } from './texts.mjs';
import { stack, stored } from './viewer.dicom.mjs';
import { SLOW_MS, api, firstPart, sampleStudy, signIn, until } from './viewer.helpers.mjs';

const HTJ2K = 'image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202';
const UNCOMPRESSED =
  'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1';
const COMPARED = 20;

/** The study, once its images are there in the form that travels fast. */
async function converted(as, study, images) {
  await until(`${study} is converted`, async () => {
    const { htj2k } = await as.json(`/api/ris/studies/${study}/`);
    return htj2k.stored >= images;
  });
  return study;
}

/** The viewer on a study; `frames` are its answers, one for each image that it loaded. */
async function opened(t, study, images) {
  const { page, context } = await newPage(await launch(t, { webgl: true }), { locale: 'en-US' });
  await signIn(context, 'doctor');
  const frames = [];
  page.on('response', response => response.url().includes('/frames/') && frames.push(response));
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.waitForFunction(
    count => {
      const { cache, getRenderingEngines } = window.cornerstone ?? {};
      const imageIds = getRenderingEngines?.()[0]?.getViewports()[0]?.getImageIds() ?? [];
      return imageIds.filter(imageId => cache.getImage(imageId)).length >= count;
    },
    images,
    { timeout: SLOW_MS },
  );
  return { page, frames };
}

/** Of `wanted` images in the page's cache, evenly spread: where each came from, and its values as
 * 32 bits each, since cornerstone chooses the smallest array that holds them. */
const cachedImages = (page, wanted) =>
  page.evaluate(count => {
    const { cache, getRenderingEngines } = window.cornerstone;
    const imageIds = getRenderingEngines()[0].getViewports()[0].getImageIds();
    const step = Math.max(1, Math.floor(imageIds.length / count));
    const base64 = bytes => {
      let binary = '';
      for (let at = 0; at < bytes.length; at += 8192)
        binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(binary);
    };
    return imageIds
      .filter((_, at) => at % step === 0)
      .map(imageId => {
        const scalars = Int32Array.from(cache.getImage(imageId).voxelManager.getScalarData());
        const path = imageId.slice(imageId.indexOf('/api/'));
        return { path, values: base64(new Uint8Array(scalars.buffer)) };
      });
  }, wanted);

/** The values that came into the archive, 32 bits each. `Kind` is the array that DICOM says. */
async function original(as, path, Kind) {
  const response = await as.call(path, { headers: { Accept: UNCOMPRESSED } });
  const body = Buffer.from(await response.arrayBuffer());
  const bytes = firstPart(body, response.headers.get('Content-Type'));
  return Int32Array.from(new Kind(Uint8Array.from(bytes).buffer));
}

async function assertSamePixels(t, as, study, images, Kind) {
  const shown = await opened(t, study, images);
  const { page, frames } = shown;
  const found = await cachedImages(page, Math.min(images, COMPARED));
  assert.ok(found.length >= Math.min(images, COMPARED), `${found.length} images`);
  let pictures = 0;
  for (const { path, values } of found) {
    const expected = await original(as, path, Kind);
    assert.ok(Buffer.from(expected.buffer).equals(Buffer.from(values, 'base64')), `${path} differs`);
    if (new Set(expected).size > 2) pictures += 1;
  }
  assert.ok(pictures > found.length / 2, 'images of nothing prove nothing');
  for (const frame of frames) {
    const part = (await frame.body()).subarray(0, 400).toString('latin1');
    assert.ok(part.includes(`Content-Type: ${HTJ2K}`), `${frame.url()}: ${part.slice(0, 120)}`);
  }
  return shown;
}

test('a head is drawn from HTJ2K, with the pixels of the original', async t => {
  const as = await api('doctor');
  const sample = await sampleStudy(as);
  const { series } = await as.json(`/api/ris/studies/${sample}/`);
  const { instances } = series.find(({ modality }) => modality === 'MR');
  const study = await converted(as, sample, instances);
  const { page } = await assertSamePixels(t, as, study, instances, Uint16Array);
  await page.goto(`/studies/${study}`);
  await page.getByText(text('ko', 'studies.fast.ready')).waitFor();
});

test('values below zero and colours survive it too', async t => {
  const as = await api('doctor');
  for (const { content, Kind } of [
    { content: /** @type {const} */ ('signed'), Kind: Int16Array },
    { content: /** @type {const} */ ('colour'), Kind: Uint8Array },
  ]) {
    const study = await stored(`htj2k-${content}`, stack(3), { content, rows: 61, columns: 83 });
    await assertSamePixels(t, as, await converted(as, study, 3), 3, Kind);
  }
});
