// Hanging protocols: the server's rules say which series hangs where and which prior beside it; here it is
// hung, and the reader's own choice of a layout is kept.
import { ApiError, get } from './api.js';
import { frameMap, scrollTogether } from './scrolling.js';
import { commands, extensions, identity, services, state, update, work } from './state.js';
import { t } from './texts.js';
import { gridViewports, show, until, viewportOf } from './viewports.js';
import { calendarDate } from './when.js';
import { applyWindow } from './windows.js';

/**
 * @import { Hanging, Layout, Pane, Protocol } from '../types/api'
 * @import { DisplaySet } from '../types/ohif'
 */

const NO_PRIOR = 'none';
/** What asks for the prior of the rules, in the list of layouts. */
export const BESIDE = 'beside';

/** @param {Protocol} protocol */
const isFollowUp = protocol => protocol.endsWith('follow_up');

const storage = () => `cdss-hanging-${identity.user?.id}`;

/** @returns {Record<string, Protocol>} by modality the layout that the reader took last */
const choices = () => JSON.parse(localStorage.getItem(storage()) ?? '{}');

/** @returns {Protocol | undefined} */
const ownChoice = () => choices()[state.study?.modality ?? ''];

/** @param {Protocol} protocol */
function keepChoice(protocol) {
  const kept = { ...choices(), [state.study?.modality ?? '']: protocol };
  localStorage.setItem(storage(), JSON.stringify(kept));
}

/** As the rules, or the reader's last choice, say; one pane while an AI result awaits its review. */
export async function begin() {
  const own = ownChoice();
  const alone = work.firstJob || (own && !isFollowUp(own));
  await hang(alone ? NO_PRIOR : '', work.firstJob ? 'single' : own);
}

/**
 * The study beside that one, by the rules for the two.
 *
 * @param {string} studyUid
 */
export const openPrior = studyUid => hang(studyUid);

export const closePrior = () => choose('single');

/**
 * A layout of the list, kept for the next study of this kind.
 *
 * @param {string} chosen a protocol, or BESIDE
 */
export async function choose(chosen) {
  const { plan } = state.hanging;
  const found = plan?.layouts.find(({ protocol }) => protocol === chosen);
  if (chosen === BESIDE) {
    await hang('');
    if (state.hanging.layout) keepChoice(state.hanging.layout.protocol);
  } else if (plan && found) {
    keepChoice(found.protocol);
    await apply(plan, found, true);
  }
}

/** @param {boolean} linked */
export async function setLinked(linked) {
  update({ prior: { ...state.prior, linked } });
  if (linked && state.hanging.layout) await join();
}

/**
 * @param {string} prior empty: the rule's
 * @param {Protocol} [wanted] instead of the first
 */
async function hang(prior, wanted) {
  update({ prior: { ...state.prior, problem: '' } });
  const query = prior && `?prior=${prior}`;
  try {
    /** @type {Hanging} */
    const plan = await get(`/api/ris/studies/${state.study?.study_instance_uid}/hanging/${query}`);
    const own = plan.layouts.find(({ protocol }) => protocol === wanted);
    const layout = own ?? plan.layouts[0];
    if (layout) await apply(plan, layout, Boolean(own));
  } catch (error) {
    console.warn('hanging', error);
    const problem = error instanceof ApiError ? error.sentence : t('prior.failed');
    update({ prior: { ...state.prior, open: null, problem } });
  }
}

/**
 * @param {Hanging} plan
 * @param {Layout} layout of the plan
 * @param {boolean} own the reader's choice
 */
async function apply(plan, layout, own) {
  const prior = layout.panes.some(pane => pane.is_prior) ? plan.prior : null;
  const sets = await displaySetsFor(layout, prior?.study_instance_uid);
  unlink();
  if (gridViewports().length !== layout.panes.length || layout.panes.length > 1) {
    const { rows: numRows, columns: numCols } = layout;
    commands().run('setViewportGridLayout', { numRows, numCols });
    await until(() => gridViewports().length === numRows * numCols);
  }
  const ids = rowByRow();
  await show(sets.map((set, at) => [ids[at], set]));
  layout.panes.forEach((pane, at) => dress(ids[at], pane, prior?.study_date));
  services().viewportGridService.setActiveViewportId(ids[0]);
  update({
    hanging: { plan, layout, own },
    prior: { ...state.prior, open: prior?.study_instance_uid ?? null },
  });
  await join();
}

/**
 * As its own camera and window; and a word on what is not of this study.
 *
 * @param {string} viewportId
 * @param {Pane} pane
 * @param {string | null} [date] of the prior
 */
function dress(viewportId, { window: preset, is_prior: isPrior }, date) {
  const viewport = viewportOf(viewportId);
  if (preset) applyWindow(viewportId, preset);
  viewport.resetCamera();
  viewport.render();
  const label = isPrior ? [t('hanging.prior'), date && calendarDate(date)].filter(Boolean) : [];
  viewport.element.dataset.hungPrior = label.join(' ');
}

const rowByRow = () =>
  gridViewports()
    .sort((a, b) => a.y - b.y || a.x - b.x)
    .map(({ viewportId }) => viewportId);

async function join() {
  unlink();
  const { plan, layout } = state.hanging;
  const panes = rowByRow().slice(0, layout?.panes.length);
  if (panes.length > 1) work.unlink = await scrollTogether(panes, plan?.links ?? []);
}

function unlink() {
  work.unlink();
  work.unlink = () => {};
}

/**
 * In the order of the panes; waits for what is still being read.
 *
 * @param {Layout} layout
 * @param {string} [priorUid]
 */
async function displaySetsFor({ panes }, priorUid) {
  const [dataSource] = extensions().getActiveDataSource();
  if (priorUid) await dataSource.retrieve.series.metadata({ StudyInstanceUID: priorUid });
  /** @param {Pane} pane */
  const find = ({ series_instance_uid: uid }) => largest(services().displaySetService.getDisplaySetsForSeries(uid));
  await until(() => panes.every(find));
  return /** @type {DisplaySet[]} */ (panes.map(find));
}

/** @param {DisplaySet[]} sets of one series, which OHIF divides where its images differ */
const largest = sets =>
  sets
    .filter(({ images, numImageFrames }) => images?.length && numImageFrames)
    .sort((a, b) => b.numImageFrames - a.numImageFrames)[0];

/** How the panes of the prior scroll with those of the study: by what, or why not. */
export function scrolling() {
  const { plan, layout } = state.hanging;
  const frames = (/** @type {boolean} */ prior) =>
    (layout?.panes ?? []).filter(pane => pane.is_prior === prior).map(pane => pane.frame_of_reference_uid);
  const [here, there] = [frames(false), frames(true)];
  if (!there.length) return null;
  if (there.some(frame => frame && here.includes(frame))) return 'frame';
  const links = plan?.links ?? [];
  const linked = there.some(to => here.some(from => frameMap(from, to, links)));
  return linked ? 'registration' : 'alone';
}

/** Why it hangs like this, in one line. */
export function why() {
  const { plan, layout, own } = state.hanging;
  if (!plan || !layout) return '';
  const { prior } = plan;
  const kinds = [...new Set(layout.panes.map(({ kind }) => t(`kind.${kind}`)))].join(', ');
  const parts = [t(`why.${layout.protocol}`, { kinds })];
  if (work.firstJob && layout.protocol === 'single') parts[0] = t('why.result');
  else if (own) parts.unshift(t('why.own'));
  const by = scrolling();
  if (by && prior) {
    const reasons = prior.reasons.map(reason => t(`reason.${reason}`)).join(', ');
    const date = prior.study_date ? calendarDate(prior.study_date) : '';
    parts.push(t(`why.prior.${plan.chosen_by}`, { date, score: prior.score, reasons }));
    parts.push(t(`scroll.${by}`));
  }
  return parts.join(' ');
}
