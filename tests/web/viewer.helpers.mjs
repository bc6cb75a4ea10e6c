// What the tests of the viewer share: the API as a client sees it, and the page's mask in numbers.
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

import { BASE_URL, launch, newPage } from './browser.mjs';

/**
 * @import { BrowserContext, BrowserContextOptions, Lifetime, Locator, Page } from './types.d.ts'
 * @typedef {Awaited<ReturnType<typeof api>>} Api
 * @typedef {Map<string, Buffer>} Labels bytes of a slice by its name: SOP Instance UID, and frame
 * @typedef {RequestInit & { headers?: Record<string, string> }} Init
 */

export const MRN = 'P2026-0001';
/** Of the sample study that comes with images. */
const ACCESSION = 'RIS2026-0001';
const MODEL = 'brain_extraction';
/** For results that nobody opens in the viewer. */
export const QUICK_MODEL = 'head_mask';
export const SLOW_MS = 60_000;

/**
 * The API as `username`; raises on an unexpected status.
 *
 * @param {string} username
 */
export async function api(username) {
  const login = await fetch(`${BASE_URL}/api/acct/login/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: `${username}123` }),
  });
  assert.equal(login.status, 200, `login as ${username}`);
  const { access } = await login.json();
  /**
   * @param {string} path
   * @param {Init} [init]
   */
  const call = async (path, init = {}) => {
    const headers = { Authorization: `Bearer ${access}`, 'Accept-Language': 'en', ...init.headers };
    const response = await fetch(BASE_URL + path, { ...init, headers });
    if (!response.ok)
      throw new Error(
        `${init.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`,
      );
    return response;
  };
  /**
   * @param {string} path
   * @param {Init} [init]
   * @returns {Promise<any>}
   */
  const json = async (path, init) => (await call(path, init)).json();
  /**
   * @param {string} path
   * @param {object} body
   */
  const post = (path, body) =>
    json(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { call, json, post };
}

/**
 * @template Found
 * @param {string} what
 * @param {() => Found | Promise<Found>} condition
 * @param {number} [timeout] ms
 * @returns {Promise<NonNullable<Found>>}
 */
export async function until(what, condition, timeout = SLOW_MS) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < deadline, `timed out: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}

/**
 * The sample patient's study that was ordered: 181 slices, or 46, of 217 x 181, not divisible by 8.
 *
 * @param {Api} as
 * @returns {Promise<string>}
 */
export async function sampleStudy(as) {
  const { results } = await as.json(`/api/ris/studies/?patient_id=${MRN}&page_size=100`);
  return results.find(found => found.accession_number === ACCESSION).study_instance_uid;
}

/**
 * Reject what earlier tests left to be reviewed: an equal request would be answered with it.
 *
 * @param {Api} as
 * @param {string} study
 * @param {string} [model]
 */
export async function rejectWaiting(as, study, model = MODEL) {
  const waiting = 'status=COMPLETED&review_status=PENDING&origin=model&page_size=100';
  const { results } = await as.json(
    `/api/ai/jobs/?study_instance_uid=${study}&model_id=${model}&${waiting}`);
  for (const { id } of results) await as.post(`/api/ai/jobs/${id}/review/`, { decision: 'reject' });
}

/**
 * A new AI job of the study, finished, as the API answers it.
 *
 * @param {Api} as
 * @param {string} study
 * @param {string} [model]
 */
export async function finishedJob(as, study, model = MODEL) {
  await rejectWaiting(as, study, model);
  const { id } = await as.post('/api/ai/jobs/', { study_instance_uid: study, model_type: model });
  return until(
    `job ${id}`,
    async () => {
      const job = await as.json(`/api/ai/jobs/${id}/`);
      assert.notEqual(job.status, 'FAILED', JSON.stringify(job.error));
      return job.status === 'COMPLETED' && job;
    },
    2 * SLOW_MS,
  );
}

/**
 * A version's labels from the API.
 *
 * @param {Api} as
 * @param {number} segmentation
 * @param {number} version
 * @returns {Promise<Labels>}
 */
export async function storedLabels(as, segmentation, version) {
  const path = `/api/ai/segmentations/${segmentation}/versions/${version}/`;
  return labelsAt(as, await as.json(path), `${path}labelmap/`);
}

/**
 * The model's probabilities from the API, 255 being 1.
 *
 * @param {Api} as
 * @param {{ id: number, segmentation: number }} job
 * @returns {Promise<Labels>}
 */
export async function storedHeat(as, { id, segmentation }) {
  const grid = await as.json(`/api/ai/segmentations/${segmentation}/versions/1/`);
  return labelsAt(as, grid, `/api/ai/jobs/${id}/heatmap/`);
}

/**
 * @param {Api} as
 * @param {{ rows: number, columns: number, slices: string[] }} grid
 * @param {string} path
 * @returns {Promise<Labels>}
 */
async function labelsAt(as, grid, path) {
  const response = await as.call(path, { headers: { 'Accept-Encoding': 'gzip' } });
  let voxels = Buffer.from(await response.arrayBuffer());
  if (voxels[0] === 0x1f && voxels[1] === 0x8b) voxels = gunzipSync(voxels);
  const size = grid.rows * grid.columns;
  assert.equal(voxels.length, size * grid.slices.length);
  return new Map(grid.slices.map((sop, at) => [sop, voxels.subarray(at * size, (at + 1) * size)]));
}

/**
 * What the page renders, read from the arrays under the tools.
 *
 * @param {Page} page
 * @returns {Promise<Labels>}
 */
export async function renderedLabels(page, segmentationId = 'cdss-mask') {
  const found = await page.evaluate(id => {
    const { cornerstone: core, cornerstoneTools: tools } = window;
    const { imageIds } = tools.segmentation.state.getSegmentation(id).representationData.Labelmap;
    const base64 = bytes => {
      let text = '';
      for (let at = 0; at < bytes.length; at += 8192)
        text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(text);
    };
    return imageIds.map(imageId => {
      const image = core.cache.getImage(imageId);
      const { SOPInstanceUID: sop, NumberOfFrames: frames, frameNumber } =
        core.metaData.get('instance', image.referencedImageId);
      const slice = frames > 1 ? `${sop}/frames/${frameNumber}` : sop;
      return [slice, base64(image.voxelManager.getScalarData())];
    });
  }, segmentationId);
  return new Map(found.map(([sop, text]) => [sop, Buffer.from(text, 'base64')]));
}

/**
 * @param {Labels} actual
 * @param {Labels} expected
 */
export function assertSameLabels(actual, expected) {
  assert.equal(actual.size, expected.size, 'number of slices');
  for (const [sop, slice] of expected)
    assert.ok(slice.equals(actual.get(sop) ?? Buffer.of()), `slice ${sop} differs`);
}

/**
 * Voxels that differ between `before` and `after`, per SOP Instance UID.
 *
 * @param {Labels} before
 * @param {Labels} after
 * @returns {Map<string, number[]>}
 */
export function painted(before, after) {
  const found = new Map();
  for (const [sop, slice] of after) {
    const old = before.get(sop);
    const at = [...slice.keys()].filter(index => slice[index] !== old?.[index]);
    if (at.length) found.set(sop, at);
  }
  return found;
}

/**
 * @param {BrowserContext} context
 * @param {string} username
 */
export async function signIn(context, username) {
  const answer = await context.request.post(`${BASE_URL}/api/acct/login/`, {
    headers: { 'X-Session': 'cookie' },
    data: { username, password: `${username}123` },
  });
  assert.equal(answer.status(), 200);
}

/** A quarter of the pixels, which are drawn in software here. */
export const VIEW = { viewport: { width: 1500, height: 900 }, deviceScaleFactor: 0.5, locale: 'en-US' };

/**
 * A page that can draw images, of a person who is signed in.
 *
 * @param {Lifetime} t
 * @param {string} [username]
 * @param {BrowserContextOptions} [options]
 */
export async function viewerPage(t, username = 'doctor', options = {}) {
  const browser = await launch(t, { webgl: true });
  const opened = await newPage(browser, { ...VIEW, ...options });
  await signIn(opened.context, username);
  return opened;
}

/**
 * The viewer on a study (and job), with its mask shown.
 *
 * @param {Page} page
 * @param {string} study
 * @param {number} [job]
 */
export async function openViewer(page, study, job) {
  const wanted = job ? `&job=${job}` : '';
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}${wanted}`);
  await page
    .locator('#cdss-mask .cdss-segments output', { hasText: 'ml' })
    .waitFor({ timeout: SLOW_MS });
}

/** @param {Locator} locator */
export async function boxOf(locator) {
  const box = await locator.boundingBox();
  assert.ok(box, 'it is on the page');
  return box;
}

/**
 * Drag the mouse over the viewport along points given as fractions of its width and height.
 *
 * @param {Page} page
 * @param {number[][]} points
 * @param {number} [viewport] its place on the page
 */
export async function drag(page, points, viewport = 0) {
  const box = await boxOf(page.locator('.viewport-element').nth(viewport));
  const [first, ...rest] = points.map(([x, y]) => ({
    x: box.x + x * box.width,
    y: box.y + y * box.height,
  }));
  await page.mouse.move(first.x, first.y);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 6 });
  await page.mouse.up();
}

/** @param {Page} page */
export const saveState = page => page.locator('.cdss-savebar').getAttribute('data-status');

/**
 * @param {Buffer} body multipart
 * @param {string | null} contentType
 */
export function firstPart(body, contentType) {
  const [, boundary] = /boundary="?([^";]+)/.exec(contentType ?? '') ?? [];
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}

/**
 * The SEG in the archive: source SOP Instance UID to its voxels, for the slices asked for.
 *
 * @param {Api} as
 * @param {string} study
 * @param {{ series_instance_uid: string, sop_instance_uid: string }} seg
 * @param {string[]} sops
 * @returns {Promise<Labels>}
 */
export async function segLabels(as, study, seg, sops) {
  const path = `/api/ris/dicom-web/studies/${study}/series/${seg.series_instance_uid}/instances/${seg.sop_instance_uid}`;
  const [dataset] = await as.json(`${path}/metadata`, {
    headers: { Accept: 'application/dicom+json' },
  });
  const value = (item, tag) => item?.[tag]?.Value?.[0];
  const bits = value(dataset, '00280100');
  const found = new Map();
  for (const [at, frame] of dataset['52009230'].Value.entries()) {
    const derivation = value(frame, '00089124');
    const sop = value(value(derivation, '00082112'), '00081155');
    if (!sops.includes(sop)) continue;
    const response = await as.call(`${path}/frames/${at + 1}`, {
      headers: { Accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*' },
    });
    const bytes = firstPart(
      Buffer.from(await response.arrayBuffer()),
      response.headers.get('Content-Type'),
    );
    const voxels =
      bits === 1
        ? Buffer.from(
            Array.from(
              { length: bytes.length * 8 },
              (_, bit) => (bytes[bit >> 3] >> (bit & 7)) & 1,
            ),
          )
        : bytes;
    found.set(sop, voxels);
  }
  return found;
}
