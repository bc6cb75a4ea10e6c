// An earlier study of the same patient beside the open one, scrolled together by millimetres.
import { core, instanceOf } from './cornerstone.js';
import { activeDisplaySet } from './windows.js';
import { state, update } from './store.js';
import { t } from './texts.js';

const LAYOUT_TIMEOUT_MS = 8000;
const SAME_DIRECTION = 0.9;

let services = null;
let commands = null;
let extensions = null;
let link = null;

export function start({ servicesManager, commandsManager, extensionManager }) {
  services = servicesManager.services;
  commands = commandsManager;
  extensions = extensionManager;
}

const viewportOf = viewportId => services.cornerstoneViewportService.getCornerstoneViewport(viewportId);

export async function openPrior(studyUid) {
  update({ prior: { ...state.prior, open: studyUid, problem: '' } });
  try {
    const current = activeDisplaySet();
    const displaySet = bestMatch(current, await displaySetsOf(studyUid));
    if (!displaySet) throw new Error('no images');
    const [left, right] = await sideBySide(current, displaySet);
    join(left, right);
  } catch {
    update({ prior: { ...state.prior, open: null, problem: t('prior.failed') } });
  }
}

export function closePrior() {
  unlink();
  update({ prior: { ...state.prior, open: null, problem: '' } });
  commands.run('setViewportGridLayout', { numRows: 1, numCols: 1 });
}

/** Join at what is on screen now; or let both go their own way. */
export function setLinked(linked) {
  update({ prior: { ...state.prior, linked } });
  if (link) link.anchor();
}

async function displaySetsOf(studyUid) {
  const [dataSource] = extensions.getActiveDataSource();
  await dataSource.retrieve.series.metadata({ StudyInstanceUID: studyUid });
  return services.displaySetService.getDisplaySetsBy(
    found => found.StudyInstanceUID === studyUid && found.imageIds?.length && !found.isOverlayDisplaySet,
  );
}

function bestMatch(current, candidates) {
  const score = found => (found.Modality === current.Modality ? 4 : 0)
    + (found.SeriesDescription === current.SeriesDescription ? 2 : 0)
    + (Math.abs(dot(normalOf(found.imageIds[0]), normalOf(current.imageIds[0]))) > SAME_DIRECTION ? 2 : 0)
    + found.imageIds.length / 10_000;
  return [...candidates].sort((a, b) => score(b) - score(a))[0];
}

async function sideBySide(current, prior) {
  const grid = services.viewportGridService;
  if (grid.getState().viewports.size !== 2) {
    commands.run('setViewportGridLayout', { numRows: 1, numCols: 2 });
    await until(() => grid.getState().viewports.size === 2);
  }
  const [left, right] = [...grid.getState().viewports.keys()];
  grid.setDisplaySetsForViewports([
    { viewportId: left, displaySetInstanceUIDs: [current.displaySetInstanceUID] },
    { viewportId: right, displaySetInstanceUIDs: [prior.displaySetInstanceUID] },
  ]);
  const shows = (viewportId, displaySet) => {
    const imageId = viewportOf(viewportId)?.getCurrentImageId?.();
    return imageId && displaySet.imageIds.includes(imageId);
  };
  await until(() => shows(left, current) && shows(right, prior));
  grid.setActiveViewportId(left);
  return [left, right];
}

async function until(condition) {
  const deadline = Date.now() + LAYOUT_TIMEOUT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the layout did not come');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function join(left, right) {
  unlink();
  const pair = new Map([[left, right], [right, left]]);
  let anchors = new Map();
  let following = null;
  const anchor = () => {
    anchors = new Map([...pair.keys()].map(id => [id, placeOf(id)]));
  };
  const scrolled = viewportId => {
    if (!state.prior.linked || following === viewportId) return;
    const target = pair.get(viewportId);
    const index = matchingIndex(viewportId, target, anchors);
    if (index === null || index === viewportOf(target).getCurrentImageIdIndex()) return;
    following = target;
    Promise.resolve(viewportOf(target).setImageIdIndex(index)).finally(() => { following = null; });
  };
  const { STACK_NEW_IMAGE } = core().Enums.Events;
  const heard = [...pair.keys()].map(id => {
    const { element } = viewportOf(id);
    const listener = () => scrolled(id);
    element.addEventListener(STACK_NEW_IMAGE, listener);
    return () => element.removeEventListener(STACK_NEW_IMAGE, listener);
  });
  link = { anchor, stop: () => heard.forEach(stop => stop()) };
  startTogether(left, right);
  anchor();
}

function unlink() {
  link?.stop();
  link = null;
}

const positionOf = imageId => [...(instanceOf(imageId)?.ImagePositionPatient ?? [0, 0, 0])].map(Number);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function normalOf(imageId) {
  const [rx, ry, rz, cx, cy, cz] = [...(instanceOf(imageId)?.ImageOrientationPatient ?? [1, 0, 0, 0, 1, 0])]
    .map(Number);
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}

function placeOf(viewportId) {
  const viewport = viewportOf(viewportId);
  const imageId = viewport.getCurrentImageId();
  const normal = normalOf(imageId);
  return { index: viewport.getCurrentImageIdIndex(), mm: dot(positionOf(imageId), normal), normal };
}

/** Which image of `target` belongs to what `source` shows, from where the two were joined. */
function matchingIndex(source, target, anchors) {
  if (!viewportOf(source) || !viewportOf(target) || !anchors.size) return null;
  const now = placeOf(source);
  const [from, to] = [anchors.get(source), anchors.get(target)];
  const imageIds = viewportOf(target).getImageIds();
  const alignment = dot(from.normal, to.normal);
  if (Math.abs(alignment) < SAME_DIRECTION) {
    return Math.min(imageIds.length - 1, Math.max(0, to.index + now.index - from.index));
  }
  const wanted = to.mm + (now.mm - from.mm) * Math.sign(alignment);
  const away = imageIds.map(imageId => Math.abs(dot(positionOf(imageId), to.normal) - wanted));
  return away.indexOf(Math.min(...away));
}

/** Same frame of reference: the same place; else the same part of the way through. */
function startTogether(left, right) {
  const [here, there] = [viewportOf(left), viewportOf(right)];
  const imageIds = there.getImageIds();
  const current = here.getCurrentImageId();
  const sameFrame = instanceOf(current)?.FrameOfReferenceUID === instanceOf(imageIds[0])?.FrameOfReferenceUID;
  const part = here.getCurrentImageIdIndex() / Math.max(1, here.getImageIds().length - 1);
  let index = Math.round(part * (imageIds.length - 1));
  if (sameFrame) {
    const normal = normalOf(current);
    const wanted = dot(positionOf(current), normal);
    const away = imageIds.map(imageId => Math.abs(dot(positionOf(imageId), normal) - wanted));
    index = away.indexOf(Math.min(...away));
  }
  there.setImageIdIndex(index);
}
