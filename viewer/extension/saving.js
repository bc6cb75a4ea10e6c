// Save the strokes as a new version. What is being saved is a copy: painting goes on meanwhile,
// and while the server is away the copy waits here and is sent again until it is acknowledged.
import { ApiError, call, get, gzip } from './api.js';
import { ask } from './dom.js';
import { fingerprintOf, markSaved, maskGrid, readMask } from './mask.js';
import { state, update } from './store.js';
import { t } from './texts.js';

const VERSION_CONFLICT = 'ERR_301';
const STILL_RUNNING = 'ERR_303';
const WAITS_S = [1, 2, 4, 8, 15];

let running = null;
let wake = () => {};
window.addEventListener('online', () => wake());

/** Resolves to the new version's number, or null when it was refused or given up. */
export function save({ reload } = {}) {
  running ??= saveNow(reload).finally(() => {
    running = null;
  });
  return running;
}

export const retryNow = () => wake();

async function saveNow(reload) {
  const segmentation = state.segmentation.id;
  const voxels = readMask();
  const sent = fingerprintOf(voxels);
  update({ saveStatus: 'saving', saveProblem: '' });
  const labelmap = await gzip(voxels);
  let attempt = { baseVersion: state.baseVersion, key: crypto.randomUUID() };
  for (;;) {
    try {
      const { version } = await send(segmentation, attempt, labelmap);
      await acknowledge(segmentation, version, sent);
      return version;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== VERSION_CONFLICT) {
        update({ saveStatus: 'refused', saveProblem: error.message });
        return null;
      }
      const newest = await newestVersion(segmentation);
      update({ saveStatus: 'conflict' });
      const answer = await ask(
        t('save.conflict', { author: newest.author ?? 'AI', version: newest.version }),
        [
          { label: t('save.keepBoth'), value: 'both' },
          { label: t('save.takeTheirs'), value: 'theirs' },
          { label: t('save.later'), value: 'later' },
        ],
      );
      if (answer !== 'both') {
        update({ saveStatus: 'idle' });
        if (answer === 'theirs') await reload?.();
        return null;
      }
      update({ saveStatus: 'saving' });
      attempt = { baseVersion: newest.version, key: crypto.randomUUID() };
    }
  }
}

/** One attempt, repeated under the same idempotency key until somebody answers. */
async function send(segmentation, { baseVersion, key }, labelmap) {
  const { slices, rows, columns } = maskGrid();
  const meta = { segmentation, base_version: baseVersion, slices, rows, columns, final: false };
  const path = `/api/segmentation/${state.study.study_instance_uid}/save/`;
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
      if (!error.passing && error.code !== STILL_RUNNING) throw error;
      update({ saveStatus: 'waiting', saveProblem: error.message });
      await pause(WAITS_S[Math.min(round, WAITS_S.length - 1)]);
    }
  }
}

function pause(seconds) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, seconds * 1000);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function newestVersion(segmentation) {
  const found = await get(`/api/ai/segmentations/${segmentation}/`);
  update({ segmentation: found });
  return found.versions.at(-1);
}

async function acknowledge(segmentation, version, sent) {
  update({ saveStatus: 'idle', saveProblem: '', baseVersion: version });
  markSaved(sent);
  try {
    update({ segmentation: await get(`/api/ai/segmentations/${segmentation}/`) });
  } catch {
    // saved all the same; the list of versions is refreshed with the next call
  }
}
