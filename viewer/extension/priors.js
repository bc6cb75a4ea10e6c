// An earlier study of the same patient beside the open one, scrolled together by millimetres.
import { core, instanceOf, knownInstance } from './cornerstone.js';
import { commands, extensions, services, state, update, work } from './state.js';
import { t } from './texts.js';
import { activeDisplaySet, gridViewports, show, until, viewportOf } from './viewports.js';

const SAME_DIRECTION = 0.9;

/**
 * @import { DisplaySet, Instance } from '../types/ohif'
 * @typedef {{ index: number, mm: number, normal: number[] }} Place on screen, along the normal
 */

/** @param {string} studyUid */
export async function openPrior(studyUid) {
  update({ prior: { ...state.prior, open: studyUid, problem: '' } });
  try {
    const current = activeDisplaySet();
    const displaySet = current && bestMatch(current, await displaySetsOf(studyUid));
    if (!current || !displaySet) throw new Error('no images');
    unlink();
    const [left, right] = await sideBySide(current, displaySet);
    await startTogether(left, right);
    join(left, right);
  } catch (error) {
    console.warn('prior', error);
    update({ prior: { ...state.prior, open: null, problem: t('prior.failed') } });
  }
}

export function closePrior() {
  unlink();
  update({ prior: { ...state.prior, open: null, problem: '' } });
  commands().run('setViewportGridLayout', { numRows: 1, numCols: 1 });
}

/**
 * Join at what is on screen now; or let both go their own way.
 *
 * @param {boolean} linked
 */
export function setLinked(linked) {
  update({ prior: { ...state.prior, linked } });
  work.link?.anchor();
}

/** @param {string} studyUid */
async function displaySetsOf(studyUid) {
  const [dataSource] = extensions().getActiveDataSource();
  await dataSource.retrieve.series.metadata({ StudyInstanceUID: studyUid });
  return services().displaySetService.getDisplaySetsBy(
    found => found.StudyInstanceUID === studyUid && found.images?.length && found.numImageFrames,
  );
}

/**
 * @param {DisplaySet} current
 * @param {DisplaySet[]} candidates
 * @returns {DisplaySet | undefined}
 */
function bestMatch(current, candidates) {
  /** @param {DisplaySet} found */
  const normal = found => (found.images ? normalOf(found.images[0]) : [0, 0, 0]);
  /** @param {DisplaySet} found */
  const aligned = found => Math.abs(dot(normal(found), normal(current))) > SAME_DIRECTION;
  /** @param {DisplaySet} found */
  const score = found =>
    (found.Modality === current.Modality ? 4 : 0) +
    (found.SeriesDescription === current.SeriesDescription ? 2 : 0) +
    (aligned(found) ? 2 : 0) +
    found.numImageFrames / 10_000;
  return [...candidates].sort((a, b) => score(b) - score(a))[0];
}

/**
 * @param {DisplaySet} current
 * @param {DisplaySet} prior
 */
async function sideBySide(current, prior) {
  if (gridViewports().length !== 2) {
    commands().run('setViewportGridLayout', { numRows: 1, numCols: 2 });
    await until(() => gridViewports().length === 2);
  }
  const [left, right] = gridViewports().map(({ viewportId }) => viewportId);
  await show([
    [left, current],
    [right, prior],
  ]);
  for (const viewportId of [left, right]) {
    viewportOf(viewportId).resetCamera();
    viewportOf(viewportId).render();
  }
  services().viewportGridService.setActiveViewportId(left);
  return [left, right];
}

/**
 * @param {string} left viewport
 * @param {string} right viewport
 */
function join(left, right) {
  const pair = new Map([
    [left, right],
    [right, left],
  ]);
  /** @type {Map<string, Place>} */
  let anchors = new Map();
  /** @type {string | null} */
  let following = null;
  const anchor = () => {
    anchors = new Map([...pair.keys()].map(id => [id, placeOf(id)]));
  };
  /** @param {string} viewportId */
  const scrolled = viewportId => {
    const target = pair.get(viewportId);
    if (!target || !state.prior.linked || following === viewportId) return;
    const index = matchingIndex(viewportId, target, anchors);
    if (index === null || index === viewportOf(target).getCurrentImageIdIndex()) return;
    following = target;
    void Promise.resolve(viewportOf(target).setImageIdIndex(index)).finally(() => {
      following = null;
    });
  };
  const { STACK_NEW_IMAGE } = core().Enums.Events;
  const heard = [...pair.keys()].map(id => {
    const { element } = viewportOf(id);
    const listener = () => scrolled(id);
    element.addEventListener(STACK_NEW_IMAGE, listener);
    return () => element.removeEventListener(STACK_NEW_IMAGE, listener);
  });
  work.link = { anchor, stop: () => heard.forEach(stop => stop()) };
  anchor();
}

function unlink() {
  work.link?.stop();
  work.link = null;
}

/** @param {string} imageId */
const positionOf = imageId =>
  Array.from(instanceOf(imageId)?.ImagePositionPatient ?? [0, 0, 0], Number);
/**
 * @param {number[]} a
 * @param {number[]} b
 */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** @param {Instance} instance */
function normalOf({ ImageOrientationPatient: orientation = [1, 0, 0, 0, 1, 0] }) {
  const [rx, ry, rz, cx, cy, cz] = Array.from(orientation, Number);
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}

/**
 * @param {string} viewportId
 * @returns {Place}
 */
function placeOf(viewportId) {
  const viewport = viewportOf(viewportId);
  const imageId = viewport.getCurrentImageId();
  const normal = normalOf(knownInstance(imageId));
  return { index: viewport.getCurrentImageIdIndex(), mm: dot(positionOf(imageId), normal), normal };
}

/**
 * Which image of `target` belongs to what `source` shows, from where the two were joined.
 *
 * @param {string} source
 * @param {string} target
 * @param {Map<string, Place>} anchors
 */
function matchingIndex(source, target, anchors) {
  const [from, to] = [anchors.get(source), anchors.get(target)];
  if (!viewportOf(source) || !viewportOf(target) || !from || !to) return null;
  const now = placeOf(source);
  const imageIds = viewportOf(target).getImageIds();
  const alignment = dot(from.normal, to.normal);
  if (Math.abs(alignment) < SAME_DIRECTION) {
    return Math.min(imageIds.length - 1, Math.max(0, to.index + now.index - from.index));
  }
  const wanted = to.mm + (now.mm - from.mm) * Math.sign(alignment);
  const away = imageIds.map(imageId => Math.abs(dot(positionOf(imageId), to.normal) - wanted));
  return away.indexOf(Math.min(...away));
}

/**
 * Same frame of reference: the same place; else the same part of the way through.
 *
 * @param {string} left
 * @param {string} right
 */
async function startTogether(left, right) {
  const [here, there] = [viewportOf(left), viewportOf(right)];
  const imageIds = there.getImageIds();
  const current = here.getCurrentImageId();
  const sameFrame =
    instanceOf(current)?.FrameOfReferenceUID === instanceOf(imageIds[0])?.FrameOfReferenceUID;
  const part = here.getCurrentImageIdIndex() / Math.max(1, here.getImageIds().length - 1);
  let index = Math.round(part * (imageIds.length - 1));
  if (sameFrame) {
    const normal = normalOf(knownInstance(current));
    const wanted = dot(positionOf(current), normal);
    const away = imageIds.map(imageId => Math.abs(dot(positionOf(imageId), normal) - wanted));
    index = away.indexOf(Math.min(...away));
  }
  await there.setImageIdIndex(index);
}
