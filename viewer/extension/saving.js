// Save the strokes as a new version. What is being saved is a copy: painting goes on meanwhile,
// and while the server is away the copy waits here and is sent again until it is acknowledged.
import { ApiError, call, get, gzip } from './api.js';
import { ask } from './dom.js';
import { fingerprintOf, markSaved, readMask } from './mask.js';
import { layer, shownSegmentation, state, update, work } from './state.js';
import { t } from './texts.js';

const VERSION_CONFLICT = 'ERR_301';
const STILL_RUNNING = 'ERR_303';
const WAITS_S = [1, 2, 4, 8, 15];

/**
 * @import { Segmentation } from '../types/api'
 * @typedef {{ baseVersion: number | null, key: string }} Attempt
 */

window.addEventListener('online', () => work.retrySave());

/**
 * @param {{ reload: () => Promise<void> }} options what shows the other person's version
 * @returns the new version's number, or null when it was refused or given up
 */
export function save({ reload }) {
  work.save ??= saveNow(reload).finally(() => {
    work.save = null;
  });
  return work.save;
}

export const retryNow = () => work.retrySave();

/**
 * @param {() => Promise<void>} reload
 * @returns {Promise<number | null>}
 */
async function saveNow(reload) {
  const segmentation = shownSegmentation().id;
  const voxels = readMask();
  const sent = fingerprintOf(voxels);
  const assisted = [...work.receipts];
  update({ saveStatus: 'saving', saveProblem: '' });
  const labelmap = await gzip(voxels);
  /** @type {Attempt} */
  let attempt = { baseVersion: state.baseVersion, key: crypto.randomUUID() };
  for (;;) {
    try {
      const { version } = await send(segmentation, attempt, labelmap, assisted);
      work.receipts = work.receipts.filter(receipt => !assisted.includes(receipt));
      await acknowledge(segmentation, version, sent);
      return version;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== VERSION_CONFLICT) {
        update({ saveStatus: 'refused', saveProblem: error.message });
        return null;
      }
      const next = await attemptOnTop(segmentation, reload);
      if (!next) return null;
      attempt = next;
    }
  }
}

/**
 * Somebody saved meanwhile: the attempt that puts this person's labels on top of it, or null.
 *
 * @param {number} segmentation
 * @param {() => Promise<void>} reload
 * @returns {Promise<Attempt | null>}
 */
async function attemptOnTop(segmentation, reload) {
  const newest = await newestVersion(segmentation);
  update({ saveStatus: 'conflict' });
  const answer = await ask(
    t('save.conflict', { author: newest.author_name || newest.author || 'AI', version: newest.version }),
    [
      { label: t('save.keepBoth'), value: 'both' },
      { label: t('save.takeTheirs'), value: 'theirs' },
      { label: t('save.later'), value: 'later' },
    ],
  );
  if (answer !== 'both') {
    update({ saveStatus: 'idle' });
    if (answer === 'theirs') await reload();
    return null;
  }
  update({ saveStatus: 'saving' });
  return { baseVersion: newest.version, key: crypto.randomUUID() };
}

/**
 * One attempt, repeated under the same idempotency key until somebody answers.
 *
 * @param {number} segmentation
 * @param {Attempt} attempt
 * @param {Uint8Array<ArrayBuffer>} labelmap gzip
 * @param {string[]} assisted receipts of the lesion tool
 * @returns {Promise<{ version: number }>}
 */
async function send(segmentation, { baseVersion, key }, labelmap, assisted) {
  const { slices, rows, columns } = layer.grid;
  const grid = { slices, rows, columns };
  const meta = { segmentation, base_version: baseVersion, ...grid, final: false, assisted };
  const path = `/api/segmentation/${state.study?.study_instance_uid}/save/`;
  for (let round = 0; ; round += 1) {
    const body = new FormData();
    body.append('meta', JSON.stringify(meta));
    body.append('labelmap', new File([labelmap], 'labelmap.gz', { type: 'application/gzip' }));
    try {
      const response = await call(path, {
        method: 'POST',
        headers: { 'X-Idempotency-Key': key },
        body,
      });
      return await response.json();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.passing && error.code !== STILL_RUNNING) throw error;
      update({ saveStatus: 'waiting', saveProblem: error.message });
      await pause(WAITS_S[Math.min(round, WAITS_S.length - 1)]);
    }
  }
}

/**
 * @param {number} seconds
 * @returns {Promise<void>}
 */
function pause(seconds) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, seconds * 1000);
    work.retrySave = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** @param {number} segmentation */
async function newestVersion(segmentation) {
  /** @type {Segmentation} */
  const found = await get(`/api/ai/segmentations/${segmentation}/`);
  update({ segmentation: found });
  return found.versions[found.versions.length - 1];
}

/**
 * @param {number} segmentation
 * @param {number} version
 * @param {Int32Array} sent fingerprint
 */
async function acknowledge(segmentation, version, sent) {
  update({ saveStatus: 'idle', saveProblem: '', baseVersion: version });
  markSaved(sent);
  try {
    update({ segmentation: await get(`/api/ai/segmentations/${segmentation}/`) });
  } catch {
    // saved all the same; the list of versions is refreshed with the next call
  }
}
