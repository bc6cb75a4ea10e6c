// A segmentation without any AI: named, coded segments on the open series, saved like any other.
import { ApiError, post } from './api.js';
import { loadJobs, mayLeaveStrokes, openJob } from './review.js';
import { state, update } from './state.js';
import { activeDisplaySet } from './viewports.js';

const CATEGORY = {
  value: '49755003',
  scheme: 'SCT',
  meaning: 'Morphologically Abnormal Structure',
};
/** What a segment may be; the server knows more. */
export const TYPES = {
  lesion: { value: '52988006', meaning: 'Lesion' },
  neoplasm: { value: '108369006', meaning: 'Neoplasm' },
  necrosis: { value: '6574001', meaning: 'Necrosis' },
  edema: { value: '79654002', meaning: 'Edema' },
};
const COLORS = ['#e4572e', '#4ea5d9', '#8ac926', '#f2c14e'];

/** @typedef {keyof typeof TYPES} SegmentType */

/** @param {{ label: string, type: SegmentType }[]} segments */
export async function beginManual(segments) {
  const study = state.study?.study_instance_uid ?? '';
  const series = activeDisplaySet()?.SeriesInstanceUID;
  let problem = '';
  update({ manual: { busy: true, problem } });
  try {
    if (!(await mayLeaveStrokes())) return;
    const { job } = await post('/api/ai/segmentations/', {
      study_instance_uid: study,
      series_instance_uid: series,
      segments: segments.map(({ label, type }, index) => ({
        number: index + 1,
        label,
        category: CATEGORY,
        type: { ...TYPES[type], scheme: 'SCT' },
        color: COLORS[index % COLORS.length],
      })),
    });
    await loadJobs(study);
    await openJob(job, { discard: true });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem = error.sentence;
  } finally {
    update({ manual: { busy: false, problem } });
  }
}
