// An earlier study of the same patient beside the open one, scrolled together by millimetres.
import { core, instanceOf } from './cornerstone.js';
import { state, update } from './store.js';
import { t } from './texts.js';
import { activeDisplaySet, gridViewports, show, until, viewportOf } from './viewports.js';

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

export async function openPrior(studyUid) {
  update({ prior: { ...state.prior, open: studyUid, problem: '' } });
  try {
    const current = activeDisplaySet();
    const displaySet = bestMatch(current, await displaySetsOf(studyUid));
    if (!displaySet) throw new Error('no images');
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
    found => found.StudyInstanceUID === studyUid && found.images?.length && found.numImageFrames,
  );
}

function bestMatch(current, candidates) {
  const aligned = found =>
    Math.abs(dot(normalOf(found.images[0]), normalOf(current.images[0]))) > SAME_DIRECTION;
  const score = found =>
    (found.Modality === current.Modality ? 4 : 0) +
    (found.SeriesDescription === current.SeriesDescription ? 2 : 0) +
    (aligned(found) ? 2 : 0) +
    found.numImageFrames / 10_000;
  return [...candidates].sort((a, b) => score(b) - score(a))[0];
}

async function sideBySide(current, prior) {
  if (gridViewports().length !== 2) {
    commands.run('setViewportGridLayout', { numRows: 1, numCols: 2 });
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
  services.viewportGridService.setActiveViewportId(left);
  return [left, right];
}

function join(left, right) {
  const pair = new Map([
    [left, right],
    [right, left],
  ]);
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
    Promise.resolve(viewportOf(target).setImageIdIndex(index)).finally(() => {
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
  link = { anchor, stop: () => heard.forEach(stop => stop()) };
  anchor();
}

function unlink() {
  link?.stop();
  link = null;
}

const positionOf = imageId =>
  [...(instanceOf(imageId)?.ImagePositionPatient ?? [0, 0, 0])].map(Number);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function normalOf({ ImageOrientationPatient: orientation = [1, 0, 0, 0, 1, 0] }) {
  const [rx, ry, rz, cx, cy, cz] = [...orientation].map(Number);
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}

function placeOf(viewportId) {
  const viewport = viewportOf(viewportId);
  const imageId = viewport.getCurrentImageId();
  const normal = normalOf(instanceOf(imageId));
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
async function startTogether(left, right) {
  const [here, there] = [viewportOf(left), viewportOf(right)];
  const imageIds = there.getImageIds();
  const current = here.getCurrentImageId();
  const sameFrame =
    instanceOf(current)?.FrameOfReferenceUID === instanceOf(imageIds[0])?.FrameOfReferenceUID;
  const part = here.getCurrentImageIdIndex() / Math.max(1, here.getImageIds().length - 1);
  let index = Math.round(part * (imageIds.length - 1));
  if (sameFrame) {
    const normal = normalOf(instanceOf(current));
    const wanted = dot(positionOf(current), normal);
    const away = imageIds.map(imageId => Math.abs(dot(positionOf(imageId), normal) - wanted));
    index = away.indexOf(Math.min(...away));
  }
  await there.setImageIdIndex(index);
}
