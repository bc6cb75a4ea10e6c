// AI jobs of the study: which one is on screen, its versions, the decision, its publication.
import { ApiError, bytes, get, post } from './api.js';
import { ask } from './dom.js';
import {
  MaskProblem,
  clearMask,
  drawCompared,
  drawMask,
  COMPARED,
  maskGrid,
  maskLabels,
  removeLayer,
  showMiddle,
  strokesAreUnsaved,
  voxelMl,
} from './mask.js';
import { save } from './saving.js';
import { may } from './session.js';
import { state, update } from './store.js';
import { t } from './texts.js';

const POLL_MS = 2000;

export const editable = () =>
  may('review_ai') && state.job?.review_status === 'PENDING' && state.maskStatus === 'drawn';

/** The jobs of the study, and the one to begin with: named in the address, else still to review. */
export async function loadJobs(studyUid, wantedId) {
  if (!may('request_ai')) return null;
  const query = new URLSearchParams({ study_instance_uid: studyUid, page_size: '100' });
  const { results } = await get(`/api/ai/jobs/?${query}`);
  update({ jobs: results });
  const drawn = results.filter(job => job.segmentation);
  return (
    results.find(job => job.id === wantedId) ??
    drawn.find(job => job.review_status === 'PENDING') ??
    drawn[0] ??
    null
  );
}

export async function loadModels() {
  if (may('request_ai')) update({ models: await get('/api/ai/models/') });
}

/** Show a job: its mask's newest version as the editable layer. */
export async function openJob(jobId, { jump = true, discard = false } = {}) {
  if (!discard && !(await mayLeaveStrokes())) return;
  update({ maskStatus: 'loading', maskProblem: '', compared: null, changed: null, volumes: {} });
  try {
    const job = await get(`/api/ai/jobs/${jobId}/`);
    update({ job, segmentation: null, dirty: false, saveStatus: 'idle', saveProblem: '' });
    if (!job.segmentation) {
      clearMask();
      update({ maskStatus: 'idle' });
      followPublication();
      return;
    }
    const segmentation = await get(`/api/ai/segmentations/${job.segmentation}/`);
    update({ segmentation, hidden: [], colors: {} });
    await openVersion(segmentation.versions.at(-1).version);
    if (jump) showMiddle();
    followPublication();
  } catch (error) {
    refuse(error);
  }
}

async function openVersion(version, newest = version) {
  const path = `/api/ai/segmentations/${state.segmentation.id}/versions/${version}/`;
  const [grid, voxels] = await Promise.all([get(path), bytes(`${path}labelmap/`)]);
  await drawMask(state.segmentation, grid, voxels, { saved: version === newest });
  update({ maskStatus: 'drawn', baseVersion: newest, compared: null, changed: null });
}

function refuse(error) {
  const known = error instanceof ApiError || error instanceof MaskProblem;
  if (!known) reportError(error);
  update({ maskStatus: 'refused', maskProblem: known ? error.message : t('mask.failed') });
}

/** Throw the strokes away and take what the server has now. */
export async function reload() {
  await openJob(state.job.id, { jump: false, discard: true });
}

async function mayLeaveStrokes() {
  if (!(await strokesAreUnsaved())) return true;
  const answer = await ask(t('save.leave'), [
    { label: t('save.save'), value: 'save' },
    { label: t('save.discard'), value: 'discard' },
    { label: t('save.stay'), value: 'stay' },
  ]);
  if (answer === 'save') return (await save({ reload })) !== null;
  return answer === 'discard';
}

/** Put an older version's strokes on screen: saving makes them the newest version. */
export async function restoreVersion(version) {
  if (!(await mayLeaveStrokes())) return;
  const newest = state.segmentation.versions.at(-1).version;
  try {
    await openVersion(version, newest);
  } catch (error) {
    refuse(error);
  }
}

/** Another version as an outline over the strokes, with what differs in ml; null takes it away. */
export async function compareWith(version) {
  if (version === null || state.compared === version) {
    removeLayer(COMPARED);
    update({ compared: null, changed: null });
    return;
  }
  try {
    const voxels = await bytes(
      `/api/ai/segmentations/${state.segmentation.id}/versions/${version}/labelmap/`,
    );
    await drawCompared(state.segmentation, voxels);
    update({ compared: version, changed: difference(voxels) });
  } catch (error) {
    refuse(error);
  }
}

function difference(voxels) {
  const { rows, columns } = maskGrid();
  const size = rows * columns;
  let added = 0;
  let removed = 0;
  maskLabels().forEach((slice, index) => {
    for (let at = 0; at < size; at += 1) {
      const before = voxels[index * size + at];
      if (slice[at] === before) continue;
      if (slice[at]) added += 1;
      if (before) removed += 1;
    }
  });
  return { added: added * voxelMl(), removed: removed * voxelMl() };
}

/** Approve or reject the open result; unsaved strokes become a version first. */
export async function decide(decision, comment) {
  update({ saveProblem: '' });
  if (decision === 'approve' && (await strokesAreUnsaved()) && (await save({ reload })) === null)
    return;
  const masked = Boolean(state.job.segmentation);
  const question = decision === 'approve' && !masked ? 'approveResult' : decision;
  const sentence = t(`review.sure.${question}`, { version: state.baseVersion });
  const sure = await ask(sentence, [
    { label: t(`review.${decision}`), value: true },
    { label: t('review.cancel'), value: null },
  ]);
  if (!sure) return;
  const body = { decision, comment };
  if (decision === 'approve' && masked) body.version = state.baseVersion;
  try {
    await post(`/api/ai/jobs/${state.job.id}/review/`, body);
    await refreshJob();
    followPublication();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    update({ saveStatus: 'refused', saveProblem: error.message });
    await refreshJob().catch(() => {});
  }
}

async function refreshJob() {
  const job = await get(`/api/ai/jobs/${state.job.id}/`);
  update({
    job,
    jobs: state.jobs.map(known => (known.id === job.id ? { ...known, ...job } : known)),
  });
}

let following = 0;

/** Ask until the SEG is in the archive and the report is written (or failed). */
async function followPublication() {
  const run = (following += 1);
  while (run === following && state.job?.publication.status === 'PENDING') {
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
    if (run !== following) return;
    await refreshJob().catch(() => {});
  }
}

/** Ask a model for the open series and follow the job to its end. */
export async function requestAi(model, seriesUid) {
  update({ request: { status: 'sending', problem: '', jobId: null, step: '' } });
  try {
    const accepted = await post('/api/ai/jobs/', {
      study_instance_uid: state.study.study_instance_uid,
      series_instance_uid: seriesUid,
      model_type: model,
    });
    update({ request: { status: 'running', problem: '', jobId: accepted.id, step: 'requested' } });
    await followRequest(accepted.id);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const problem = error.detail ? `${error.message} (${error.detail})` : error.message;
    update({ request: { status: 'failed', problem, jobId: null, step: '' } });
  }
}

async function followRequest(jobId) {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, POLL_MS / 2));
    const job = await get(`/api/ai/jobs/${jobId}/`).catch(() => null);
    if (!job || state.request.jobId !== jobId) continue;
    const step = job.timeline.at(-1)?.step ?? '';
    update({ request: { ...state.request, step } });
    if (job.status === 'COMPLETED') return finishRequest(job);
    if (job.status === 'FAILED' || job.status === 'CANCELLED') {
      const problem = job.error?.detail || t('request.cancelled');
      return update({ request: { status: 'failed', problem, jobId, step } });
    }
  }
}

async function finishRequest(job) {
  await loadJobs(state.study.study_instance_uid);
  update({ request: { status: 'done', problem: '', jobId: job.id, step: '' } });
  if (!(await strokesAreUnsaved())) await openJob(job.id);
}
