// The model's probability as colours over the images: a layer of labels that no tool touches, one
// label per tenth, so that it is drawn wherever masks are drawn.
import { ApiError, bytes } from './api.js';
import { removeLayer } from './mask.js';
import { attachOverlay, paintOverlay, showOverlay } from './overlay.js';
import { layer, shownJob, state, update } from './state.js';
import { t } from './texts.js';

export const HEAT = 'cdss-heat';
/** From blue, improbable, over green and yellow to red; by tenth. */
const COLORS = [
  [49, 54, 149],
  [69, 117, 180],
  [116, 173, 209],
  [90, 180, 172],
  [102, 189, 99],
  [166, 217, 106],
  [254, 224, 76],
  [253, 174, 97],
  [244, 109, 67],
  [215, 25, 28],
];
const STEPS = COLORS.length;
const FULL = 255;

/** The label of each level: 0 where the probability is none. */
const LABEL_OF = Uint8Array.from({ length: FULL + 1 }, (_, level) =>
  Math.ceil((level * STEPS) / FULL),
);

export const hasHeatmap = () =>
  Boolean(state.segmentation?.has_heatmap) && state.maskStatus === 'rendered';

/** @param {Partial<typeof state.heat>} changes */
const heat = changes => update({ heat: { ...state.heat, ...changes } });

export async function toggleHeatmap() {
  if (state.heat.status === 'loading') return;
  if (state.heat.status === 'shown') hideHeatmap();
  else await showHeatmap();
}

export function hideHeatmap() {
  removeLayer(HEAT);
  heat({ status: 'hidden', problem: '' });
}

async function showHeatmap() {
  const { displaySet } = layer;
  const job = shownJob();
  if (!displaySet) return;
  heat({ status: 'loading', problem: '' });
  try {
    const levels = await bytes(`/api/ai/jobs/${job.id}/heatmap/`);
    if (state.job?.id !== job.id || layer.displaySet !== displaySet) return hideHeatmap();
    const steps = COLORS.map((_, at) => ({ number: at + 1, label: `${(at + 1) * STEPS} %` }));
    const labels = levels.map(level => LABEL_OF[level]);
    await showOverlay(HEAT, labels, steps, t('heatmap.title'), applyHeat);
    heat({ status: 'shown' });
  } catch (error) {
    removeLayer(HEAT);
    const known = error instanceof ApiError ? error : null;
    if (!known) reportError(error);
    heat({ status: 'hidden', problem: known?.sentence ?? t('heatmap.failed') });
  }
}

export const attachHeatmap = () => attachOverlay(HEAT, applyHeat);

/** Threshold and opacity as chosen in the panel. */
function applyHeat() {
  const first = Math.round(state.heat.threshold * STEPS);
  const looks = COLORS.map((color, at) => ({ color, visible: at >= first }));
  paintOverlay(HEAT, state.heat.opacity, looks);
}

/** @param {number} threshold 0 to 0.9, in tenths: what is less probable is not drawn */
export function setHeatThreshold(threshold) {
  heat({ threshold });
  applyHeat();
}

/** @param {number} opacity 0 to 1 */
export function setHeatOpacity(opacity) {
  heat({ opacity });
  applyHeat();
}
