// AI jobs of the study: which one is on screen, its versions, the decision, its publication.
import { ApiError, bytes, get, post } from './api.js';
import { ask } from './dom.js';
import { hideGrowth, loadBaselines } from './growth.js';
import { hideHeatmap } from './heatmap.js';
import {
  COMPARED,
  MaskProblem,
  clearMask,
  removeLayer,
  showComparison,
  showMask,
  showMiddle,
  strokesAreUnsaved,
  voxelMl,
} from './mask.js';
import { resetAssist } from './prompt.js';
import { save } from './saving.js';
import { may } from './session.js';
import { layer, shownJob, shownSegmentation, state, update, work } from './state.js';
import { t } from './texts.js';
import { gridOf } from './viewports.js';

/** @import { JobStep } from './state.js' */
/** @import { AcceptedJob, Grid, Job, JobList, ListedJob, Segmentation } from '../types/api' */

const POLL_MS = 2000;

export const editable = () =>
  may('review_ai') && state.job?.review_status === 'PENDING' && state.maskStatus === 'rendered';

/**
 * The jobs of the study, and the one to begin with: named in the address, else still to review.
 *
 * @param {string} studyUid
 * @param {number} [wantedId]
 * @returns {Promise<ListedJob | null>}
 */
export async function loadJobs(studyUid, wantedId) {
  if (!may('request_ai')) return null;
  const query = new URLSearchParams({ study_instance_uid: studyUid, page_size: '100' });
  /** @type {JobList} */
  const { results } = await get(`/api/ai/jobs/?${query}`);
  update({ jobs: results });
  const segmented = results.filter(job => job.segmentation);
  return (
    results.find(job => job.id === wantedId) ??
    segmented.find(job => job.review_status === 'PENDING') ??
    segmented[0] ??
    null
  );
}

export async function loadModels() {
  if (may('request_ai')) update({ models: await get('/api/ai/models/') });
}

/**
 * Show a job: its mask's newest version as the editable layer.
 *
 * @param {number} jobId
 * @param {{ jump?: boolean, discard?: boolean }} [options]
 */
export async function openJob(jobId, { jump = true, discard = false } = {}) {
  if (!discard && !(await mayLeaveStrokes())) return;
  hideHeatmap();
  hideGrowth();
  resetAssist();
  update({ maskStatus: 'loading', maskProblem: '', compared: null, changed: null, volumes: {} });
  try {
    /** @type {Job} */
    const job = await get(`/api/ai/jobs/${jobId}/`);
    update({ job, segmentation: null, dirty: false, saveStatus: 'idle', saveProblem: '' });
    if (!job.segmentation) {
      clearMask();
      update({ maskStatus: 'idle' });
      void followPublication();
      return;
    }
    /** @type {Segmentation} */
    const segmentation = await get(`/api/ai/segmentations/${job.segmentation}/`);
    update({ segmentation, hidden: [], colors: {} });
    if (segmentation.versions.length) await openVersion(newestVersion());
    else await openEmpty(segmentation);
    if (jump) showMiddle();
    void loadBaselines();
    void followPublication();
  } catch (error) {
    refuse(error);
  }
}

function newestVersion() {
  const { versions } = shownSegmentation();
  return versions[versions.length - 1].version;
}

/**
 * One that was begun and never saved.
 *
 * @param {Segmentation} segmentation
 */
async function openEmpty(segmentation) {
  const grid = gridOf(segmentation.series_instance_uid);
  const voxels = new Uint8Array(grid.rows * grid.columns * grid.slices.length);
  await showMask(segmentation, grid, voxels);
  update({ maskStatus: 'rendered', baseVersion: 0, compared: null, changed: null });
}

/**
 * @param {number} version
 * @param {number} [newest]
 */
async function openVersion(version, newest = version) {
  resetAssist();
  const segmentation = shownSegmentation();
  const path = `/api/ai/segmentations/${segmentation.id}/versions/${version}/`;
  /** @type {[Grid, Uint8Array]} */
  const [grid, voxels] = await Promise.all([get(path), bytes(`${path}labelmap/`)]);
  await showMask(segmentation, grid, voxels, { saved: version === newest });
  update({ maskStatus: 'rendered', baseVersion: newest, compared: null, changed: null });
}

/** @param {unknown} error */
function refuse(error) {
  const known = error instanceof ApiError || error instanceof MaskProblem ? error : null;
  if (!known) reportError(error);
  update({ maskStatus: 'refused', maskProblem: known?.message ?? t('mask.failed') });
}

/** Throw the strokes away and take what the server has now. */
export async function reload() {
  await openJob(shownJob().id, { jump: false, discard: true });
}

/** Whether there are none that only this page has, or the person said what becomes of them. */
export async function mayLeaveStrokes() {
  if (!(await strokesAreUnsaved())) return true;
  const answer = await ask(t('save.leave'), [
    { label: t('save.save'), value: 'save' },
    { label: t('save.discard'), value: 'discard' },
    { label: t('save.stay'), value: 'stay' },
  ]);
  if (answer === 'save') return (await save({ reload })) !== null;
  return answer === 'discard';
}

/**
 * Put an older version's strokes on screen: saving makes them the newest version.
 *
 * @param {number} version
 */
export async function restoreVersion(version) {
  if (!(await mayLeaveStrokes())) return;
  try {
    await openVersion(version, newestVersion());
  } catch (error) {
    refuse(error);
  }
}

/**
 * Another version as an outline over the strokes, with what differs in ml; null takes it away.
 *
 * @param {number | null} version
 */
export async function compareWith(version) {
  if (version === null || state.compared === version) {
    removeLayer(COMPARED);
    update({ compared: null, changed: null });
    return;
  }
  try {
    const segmentation = shownSegmentation();
    const path = `/api/ai/segmentations/${segmentation.id}/versions/${version}/`;
    const voxels = await bytes(`${path}labelmap/`);
    await showComparison(segmentation, voxels);
    update({ compared: version, changed: difference(voxels) });
  } catch (error) {
    refuse(error);
  }
}

/** @param {Uint8Array} voxels */
function difference(voxels) {
  const size = layer.grid.rows * layer.grid.columns;
  let added = 0;
  let removed = 0;
  layer.labels.forEach((slice, index) => {
    for (let at = 0; at < size; at += 1) {
      const before = voxels[index * size + at];
      if (slice[at] === before) continue;
      if (slice[at]) added += 1;
      if (before) removed += 1;
    }
  });
  return { added: added * voxelMl(), removed: removed * voxelMl() };
}

/**
 * Approve or reject what is on screen; unsaved strokes become a version first.
 *
 * @param {'approve' | 'reject'} decision
 * @param {string} comment
 */
export async function decide(decision, comment) {
  update({ saveProblem: '' });
  if (decision === 'approve' && (await strokesAreUnsaved()) && (await save({ reload })) === null)
    return;
  const masked = Boolean(shownJob().segmentation);
  const question = decision === 'approve' && !masked ? 'approveResult' : decision;
  const sentence = t(`review.sure.${question}`, { version: state.baseVersion ?? '' });
  const sure = await ask(sentence, [
    { label: t(`review.${decision}`), value: 'yes' },
    { label: t('review.cancel'), value: 'no' },
  ]);
  if (sure !== 'yes') return;
  const version = decision === 'approve' && masked ? { version: state.baseVersion } : {};
  try {
    await post(`/api/ai/jobs/${shownJob().id}/review/`, { decision, comment, ...version });
    resetAssist();
    hideGrowth();
    await refreshJob();
    void loadBaselines();
    void followPublication();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    update({ saveStatus: 'refused', saveProblem: error.message });
    await refreshJob().catch(() => {});
  }
}

async function refreshJob() {
  /** @type {Job} */
  const job = await get(`/api/ai/jobs/${shownJob().id}/`);
  update({
    job,
    jobs: state.jobs.map(known => (known.id === job.id ? { ...known, ...job } : known)),
  });
}

/** Ask until the SEG is in the archive and the report is written (or failed). */
async function followPublication() {
  const run = (work.publications += 1);
  while (run === work.publications && state.job?.publication.status === 'PENDING') {
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
    if (run !== work.publications) return;
    await refreshJob().catch(() => {});
  }
}

/**
 * Ask a model for the open series and follow the job to its end.
 *
 * @param {string} model
 * @param {string} [seriesUid]
 */
export async function requestAi(model, seriesUid) {
  update({ request: { status: 'sending', problem: '', jobId: null, step: null } });
  try {
    /** @type {AcceptedJob} */
    const accepted = await post('/api/ai/jobs/', {
      study_instance_uid: state.study?.study_instance_uid,
      series_instance_uid: seriesUid,
      model_type: model,
    });
    update({ request: { status: 'running', problem: '', jobId: accepted.id, step: 'requested' } });
    await followRequest(accepted.id);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    update({ request: { status: 'failed', problem: error.sentence, jobId: null, step: null } });
  }
}

/** @param {number} jobId */
async function followRequest(jobId) {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, POLL_MS / 2));
    /** @type {Job | null} */
    const job = await get(`/api/ai/jobs/${jobId}/`).catch(() => null);
    if (!job || state.request.jobId !== jobId) continue;
    const step = /** @type {JobStep | null} */ (job.timeline.at(-1)?.step ?? null);
    update({ request: { ...state.request, step } });
    if (job.status === 'COMPLETED') return finishRequest(job);
    if (job.status === 'FAILED' || job.status === 'CANCELLED') {
      const problem = job.error?.detail || t('request.cancelled');
      return update({ request: { status: 'failed', problem, jobId, step } });
    }
  }
}

/** @param {Job} job */
async function finishRequest(job) {
  if (job.study_instance_uid) await loadJobs(job.study_instance_uid);
  update({ request: { status: 'done', problem: '', jobId: job.id, step: null } });
  const isHere = job.study_instance_uid === state.study?.study_instance_uid;
  if (isHere && job.segmentation && !(await strokesAreUnsaved())) await openJob(job.id);
}
