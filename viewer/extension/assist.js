// The lesion tool: what a doctor draws goes to the server, the mask that comes back is strokes like
// any other. A box or a first click begins; strokes and clicks after it correct.
import { ApiError, gunzip, gzip, post, toBase64 } from './api.js';
import { labelsChanged, sliceOf } from './cornerstone.js';
import { MASK, changeByHand } from './mask.js';
import { watchPointer } from './pointing.js';
import { forgetPrompt, putAway, resetAssist, setAssist } from './prompt.js';
import { editable } from './review.js';
import { layer, shownJob, shownSegmentation, state, subscribe, work } from './state.js';
import { language, t } from './texts.js';
import { activeSegment } from './tools.js';

/**
 * @import { Drawn } from './pointing.js'
 * @import { Prompted } from './state.js'
 * @typedef {'box' | 'click' | 'add' | 'remove'} AssistTool
 * @typedef {{ rows: number, columns: number, slices: string[], labelmap: string,
 *   volume_ml: number, hint: string, hint_ko: string, receipt: string }} Answer
 */

/** Of one stroke, as the server takes it. */
const MAX_PIXELS = 5000;

/** @type {AssistTool[]} */
export const ASSIST_TOOLS = ['box', 'click', 'add', 'remove'];

/** The models that work on drawings. */
export const assistModels = () => state.models.filter(({ kind }) => kind === 'assist');

/** Whether there is something to take away from: of this tool, or of the mask that is open. */
export const canRemove = () =>
  Boolean(work.prompt ?? work.asked) || Object.values(state.volumes).some(ml => ml > 0);

/** @param {AssistTool} tool pressed again, it is put away */
export function chooseAssist(tool) {
  const next = state.assist.tool === tool ? null : tool;
  putAway();
  setAssist({ tool: next, problem: '' });
  if (!next || !layer.displaySet) return;
  work.stopPointer = watchPointer(layer.displaySet, next === 'box', drawn =>
    drawn ? take(next, drawn) : setAssist({ problem: t('assist.beside') }),
  );
}

/** Put away as soon as nothing may be drawn; the returned function ends that, and the tool. */
export function watchAssist() {
  const stop = subscribe(() => editable() || putAway());
  return () => {
    stop();
    resetAssist();
  };
}

/** The slices in the order in which OHIF shows and counts them, which is not the server's. */
const slicesOnScreen = () => layer.displaySet?.imageIds.map(sliceOf) ?? [];

/**
 * The first or the last slice of the box becomes the one on screen, or one by its place.
 *
 * @param {'first' | 'last'} end
 * @param {number} index in the order on screen
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
  const known = current(segment);
  if (tool === 'remove' && !known && !layer.labels.some(labels => labels.includes(segment)))
    return setAssist({ problem: t('assist.removeLater') });
  const another = tool === 'click' && known?.onMask; // a correction ends where a lesion begins
  const from = known && !another ? known : begin(segment, tool === 'remove');
  const { points, scribbles } = from.prompt;
  const drawn = { segment, slice, positive: tool !== 'remove' };
  if (tool === 'click') {
    const [row, column] = pixels[0];
    void outline(from, { points: [...points, { ...drawn, row, column }] });
  } else {
    const stroke = { ...drawn, points: pixels.slice(0, MAX_PIXELS) };
    void outline(from, { scribbles: [...scribbles, stroke] });
  }
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
  const at = slicesOnScreen().indexOf(slice);
  const within = at >= state.assist.first && at <= state.assist.last && state.assist.box === null;
  const ends = within ? {} : { first: at, last: at };
  setAssist({ box: { rows: side(0), columns: side(1) }, problem: '', ...ends });
}

/** Send the box with its slices: a new beginning, what is drawn elsewhere stays. */
export function sendBox() {
  const { box, first, last } = state.assist;
  if (!box) return;
  if (!editable()) return void setAssist({ problem: t('tools.notNow') });
  const segment = activeSegment();
  const { slices } = layer.grid;
  const onScreen = slicesOnScreen();
  const [from, to] = [first, last]
    .map(at => slices.findIndex(sop => sop === onScreen[at]))
    .sort((a, b) => a - b);
  const ends = { first_slice: slices[from], last_slice: slices[to] };
  void outline(begin(segment), { boxes: [{ segment, ...ends, ...box }] });
}

const copyOfLabels = () => layer.labels.map(slice => slice.slice());

/**
 * @param {number} segment
 * @param {boolean} [onMask] it corrects the segment as it is
 * @returns {Prompted}
 */
function begin(segment, onMask = false) {
  const before = copyOfLabels();
  return {
    segment,
    job: shownJob().id,
    labels: layer.labels,
    before,
    shown: before,
    onMask,
    receipt: null,
    prompt: { boxes: [], points: [], scribbles: [] },
  };
}

/**
 * What the next drawing corrects: null once anything else changed the labels.
 *
 * @param {number} segment
 */
function current(segment) {
  const known = work.asked ?? work.prompt;
  if (known?.segment !== segment || known.labels !== layer.labels) return null;
  return layer.labels.every((slice, at) => sameBytes(slice, known.shown[at])) ? known : null;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
const sameBytes = (one, other) => one.every((value, at) => value === other[at]);

/** @param {Prompted} asked */
const fits = asked =>
  asked.labels === layer.labels && asked.job === state.job?.id && editable();

/**
 * Ask for the mask of all that was drawn since the beginning, and put it on screen.
 *
 * @param {Prompted} from
 * @param {Partial<Prompted['prompt']>} drawn
 */
async function outline(from, drawn) {
  const [model] = assistModels();
  if (!model) return;
  const asked = { ...from, prompt: { ...from.prompt, ...drawn } };
  work.asked = asked;
  const run = (work.prompts += 1);
  setAssist({ busy: true, problem: '' });
  try {
    /** @type {Answer} */
    const answer = await post('/api/ai/assist/', {
      study_instance_uid: shownJob().study_instance_uid,
      series_instance_uid: shownSegmentation().series_instance_uid,
      model_type: model.id,
      prompt: asked.prompt,
      ...(asked.onMask && { base: await baseOf(asked) }),
    });
    const labels = await gunzip(answer.labelmap);
    if (run !== work.prompts) return;
    if (!fits(asked)) return void forgetPrompt();
    const shown = masked(asked, answer, labels);
    work.prompt = { ...asked, shown, receipt: answer.receipt };
    work.asked = null;
    const before = work.receipts;
    const after = [...before.filter(known => known !== asked.receipt), answer.receipt];
    await changeByHand(
      () => put(asked.shown, shown),
      undone => (work.receipts = undone ? before : after),
    );
    if (run !== work.prompts) return;
    const hint = language() === 'ko' ? answer.hint_ko : answer.hint;
    setAssist({ busy: false, box: null, hint, volume: answer.volume_ml });
  } catch (error) {
    if (run !== work.prompts) return;
    if (!(error instanceof ApiError)) reportError(error);
    work.asked = null; // the last drawing is taken back, what is on screen is still there to correct
    const problem = error instanceof ApiError ? error.sentence : t('assist.failed');
    setAssist({ busy: false, problem });
  }
}

/**
 * The segment as it was at the beginning, which the server corrects.
 *
 * @param {Prompted} asked
 */
async function baseOf({ before, segment }) {
  const { rows, columns, slices } = layer.grid;
  const size = rows * columns;
  const voxels = new Uint8Array(size * slices.length);
  before.forEach((labels, index) =>
    voxels.set(
      labels.map(value => (value === segment ? segment : 0)),
      index * size,
    ),
  );
  return { slices, labelmap: toBase64(await gzip(voxels)) };
}

/**
 * The labels with the mask of the answer over those at the beginning; of one that corrects the
 * segment itself, in its place.
 *
 * @param {Prompted} asked
 * @param {Answer} answer
 * @param {Uint8Array} labels
 */
function masked({ before, shown, segment, onMask }, { slices, rows, columns }, labels) {
  const size = rows * columns;
  const place = new Map(slices.map((sop, index) => [sop, index * size]));
  return layer.grid.slices.map((sop, index) => {
    const from = place.get(sop);
    if (from === undefined || before[index].length !== size) return shown[index];
    const found = labels.subarray(from, from + size);
    return before[index].map((old, at) => found[at] || (onMask && old === segment ? 0 : old));
  });
}

/**
 * What a person painted while the answer was awaited stays.
 *
 * @param {Uint8Array[]} last the labels as the tool left them before
 * @param {Uint8Array[]} next
 */
function put(last, next) {
  layer.labels.forEach((slice, index) => {
    const [old, found] = [last[index], next[index]];
    slice.set(slice.map((value, at) => (value === old[at] ? found[at] : value)));
  });
  labelsChanged(MASK);
}
