// The lesion tool: what a doctor draws goes to the server, the mask that comes back is strokes like
// any other. A box or a first click begins; strokes and clicks after it correct.
import { ApiError, gunzip, post } from './api.js';
import { labelsChanged } from './cornerstone.js';
import { MASK, changeByHand } from './mask.js';
import { watchPointer } from './pointing.js';
import { editable } from './review.js';
import { layer, shownJob, shownSegmentation, state, update, work } from './state.js';
import { language, t } from './texts.js';
import { activeSegment } from './tools.js';

/**
 * @import { Drawn } from './pointing.js'
 * @typedef {'box' | 'click' | 'add' | 'remove'} AssistTool
 * @typedef {{ rows: number, columns: number, slices: string[], labelmap: string,
 *   volume_ml: number, hint: string, hint_ko: string }} Answer
 */

/** Of one stroke, as the server takes it. */
const MAX_PIXELS = 5000;

/** @type {AssistTool[]} */
export const ASSIST_TOOLS = ['box', 'click', 'add', 'remove'];

/** The models that work on drawings. */
export const assistModels = () => state.models.filter(({ kind }) => kind === 'assist');

/** @param {AssistTool} tool pressed again, it is put away */
export function chooseAssist(tool) {
  work.stopPointer();
  work.stopPointer = () => {};
  const next = state.assist.tool === tool ? null : tool;
  setAssist({ tool: next, problem: '' });
  if (!next || !layer.displaySet) return;
  work.stopPointer = watchPointer(layer.displaySet, next === 'box', drawn => take(next, drawn));
}

/** @param {Partial<typeof state.assist>} patch */
const setAssist = patch => update({ assist: { ...state.assist, ...patch } });

/**
 * The first or the last slice of the box becomes the one on screen, or one by its place.
 *
 * @param {'first' | 'last'} end
 * @param {number} index in the order of the grid
 */
export function setEnd(end, index) {
  const at = Math.min(layer.grid.slices.length - 1, Math.max(0, index));
  const other = end === 'first' ? state.assist.last : state.assist.first;
  const ends = end === 'first' ? [at, Math.max(at, other)] : [Math.min(at, other), at];
  setAssist({ first: ends[0], last: ends[1] });
}

/**
 * @param {AssistTool} tool
 * @param {Drawn} drawn
 */
function take(tool, { slice, pixels }) {
  if (!editable()) return setAssist({ problem: t('tools.notNow') });
  if (tool === 'box') return takeBox(slice, pixels);
  const segment = activeSegment();
  if (work.prompt?.segment !== segment) work.prompt = begin(segment);
  const { prompt } = work.prompt;
  if (tool === 'click') {
    const [row, column] = pixels[0];
    prompt.points.push({ segment, slice, row, column, positive: true });
  } else prompt.scribbles.push({
      segment,
      slice,
      points: pixels.slice(0, MAX_PIXELS),
      positive: tool === 'add',
    });
  void outline();
  return undefined;
}

/**
 * A box waits for its slices to be named: at first it is on the slice that it was drawn in.
 *
 * @param {string} slice
 * @param {[number, number][]} pixels
 */
function takeBox(slice, pixels) {
  const [from, to] = [pixels[0], pixels[pixels.length - 1]];
  /** @param {0 | 1} axis */
  const side = axis => [Math.min(from[axis], to[axis]), Math.max(from[axis], to[axis])];
  const at = layer.grid.slices.indexOf(slice);
  const within = at >= state.assist.first && at <= state.assist.last && state.assist.box === null;
  const ends = within ? {} : { first: at, last: at };
  setAssist({ box: { rows: side(0), columns: side(1) }, problem: '', ...ends });
}

/** Send the box with its slices: a new beginning, what is drawn elsewhere stays. */
export function sendBox() {
  const { box, first, last } = state.assist;
  if (!box) return;
  const segment = activeSegment();
  const { slices } = layer.grid;
  work.prompt = begin(segment);
  const ends = { first_slice: slices[first], last_slice: slices[last] };
  work.prompt.prompt.boxes.push({ segment, ...ends, ...box });
  void outline();
}

/** @param {number} segment */
const begin = segment => ({
  segment,
  before: layer.labels.map(slice => slice.slice()),
  prompt: { boxes: [], points: [], scribbles: [] },
});

/** Ask for the mask of all that was drawn since the beginning, and put it on screen. */
async function outline() {
  const asked = work.prompt;
  const [model] = assistModels();
  if (!asked || !model) return;
  const run = (work.prompts += 1);
  setAssist({ busy: true, problem: '' });
  try {
    /** @type {Answer} */
    const answer = await post('/api/ai/assist/', {
      study_instance_uid: shownJob().study_instance_uid,
      series_instance_uid: shownSegmentation().series_instance_uid,
      model_type: model.id,
      prompt: asked.prompt,
    });
    const labels = await gunzip(answer.labelmap);
    if (run !== work.prompts) return;
    await changeByHand(() => put(asked, answer, labels));
    const hint = language() === 'ko' ? answer.hint_ko : answer.hint;
    setAssist({ busy: false, box: null, hint, volume: answer.volume_ml });
  } catch (error) {
    if (run !== work.prompts) return;
    if (!(error instanceof ApiError)) reportError(error);
    const sentence = error instanceof ApiError ? error.detail || error.message : t('assist.failed');
    work.prompt = null;
    setAssist({ busy: false, problem: sentence });
  }
}

/**
 * @param {{ before: Uint8Array[] }} asked
 * @param {Answer} answer
 * @param {Uint8Array} labels
 */
function put({ before }, { slices, rows, columns }, labels) {
  const size = rows * columns;
  const place = new Map(slices.map((sop, index) => [sop, index * size]));
  layer.grid.slices.forEach((sop, index) => {
    const from = place.get(sop);
    if (from === undefined || layer.labels[index].length !== size) return;
    const found = labels.subarray(from, from + size);
    layer.labels[index].set(before[index].map((old, at) => found[at] || old));
  });
  labelsChanged(MASK);
}
