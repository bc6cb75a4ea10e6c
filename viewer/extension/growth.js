// What grew, shrank and stayed between an approved mask of an earlier study and the one on screen, as the
// server compares them: in the frame of reference of the one on screen, or not at all.
import { ApiError, bytes, get } from './api.js';
import { applyAppearance, removeLayer } from './mask.js';
import { attachOverlay, paintOverlay, showOverlay } from './overlay.js';
import { layer, shownSegmentation, state, update } from './state.js';
import { t } from './texts.js';

/**
 * @import { JobList, ListedJob } from '../types/api'
 * @import { PanelState } from './state.js'
 */

const GROWTH = 'cdss-growth';
const OPACITY = 0.55;

/** @typedef {'grown' | 'shrunk' | 'stable'} GrowthKind */

/** In the order of the server's labels, from 1; told apart by those who do not tell red from green. */
export const KINDS = /** @type {{ kind: GrowthKind, color: number[] }[]} */ ([
  { kind: 'grown', color: [213, 94, 0] },
  { kind: 'shrunk', color: [0, 114, 178] },
  { kind: 'stable', color: [240, 228, 66] },
]);

/** @param {Partial<PanelState['growth']>} changes */
const growth = changes => update({ growth: { ...state.growth, ...changes } });

/** The approved masks of the patient's earlier studies, for the mask on screen once it is approved. */
export async function loadBaselines() {
  const { job, study } = state;
  growth({ baselines: [] });
  if (!study?.priors.length || !job?.segmentation || job.review_status !== 'APPROVED') return;
  const query = new URLSearchParams({
    patient: String(job.patient),
    review_status: 'APPROVED',
    page_size: '100',
  });
  try {
    /** @type {JobList} */
    const { results } = await get(`/api/ai/jobs/?${query}`);
    if (state.job?.id !== job.id) return;
    const earlier = new Set(study.priors.map(prior => prior.study_instance_uid));
    const isEarlier = (/** @type {ListedJob} */ found) =>
      found.segmentation && earlier.has(found.study_instance_uid ?? '');
    growth({ baselines: results.filter(isEarlier) });
  } catch (error) {
    growth({ problem: error instanceof ApiError ? error.sentence : t('growth.failed') });
  }
}

/** Under the map, the mask's own colours would be others. @param {boolean} shown */
function showMaskToo(shown) {
  const all = shownSegmentation().segments.map(({ number }) => number);
  update({ hidden: shown ? [] : all });
  applyAppearance();
}

export function hideGrowth() {
  if (state.growth.status === 'shown' && state.segmentation) showMaskToo(true);
  removeLayer(GROWTH);
  growth({ baseline: null, status: 'hidden', problem: '', result: null });
}

/** @param {number | null} baseline a segmentation; null: none is compared */
export async function compareGrowth(baseline) {
  hideGrowth();
  const { displaySet } = layer;
  const followUp = state.segmentation?.id;
  if (!baseline || !followUp) return;
  growth({ baseline, status: 'loading' });
  const query = new URLSearchParams({ baseline: String(baseline), follow_up: String(followUp) });
  try {
    const [result, labels] = await Promise.all([
      get(`/api/ris/growth/?${query}`),
      bytes(`/api/ris/growth/labelmap/?${query}`),
    ]);
    if (state.growth.baseline !== baseline || layer.displaySet !== displaySet) return;
    const kinds = KINDS.map(({ kind }, at) => ({ number: at + 1, label: t(`growth.${kind}`) }));
    await showOverlay(GROWTH, labels, kinds, t('growth.title'), paint);
    showMaskToo(false);
    growth({ status: 'shown', result });
  } catch (error) {
    if (!(error instanceof ApiError)) reportError(error);
    if (state.growth.baseline !== baseline) return;
    removeLayer(GROWTH);
    const problem = error instanceof ApiError ? error.sentence : t('growth.failed');
    growth({ status: 'hidden', problem });
  }
}

const paint = () => {
  const looks = KINDS.map(({ color }) => ({ color, visible: true }));
  paintOverlay(GROWTH, OPACITY, looks);
};

export const attachGrowth = () => attachOverlay(GROWTH, paint);
