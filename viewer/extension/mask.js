// The mask as an editable layer. Slices are named by SOP Instance UID everywhere: OHIF sorts a
// series its own way, and only the UID says which labels belong to which image.
import {
  core,
  forgetHistory,
  instanceOf,
  labelmapImageIds,
  labelsChanged,
  labelsOf,
  onLabelsChanged,
  sopOf,
} from './cornerstone.js';
import { state, update } from './store.js';
import { t } from './texts.js';
import { displaySetOf, viewportOf, viewportsOf } from './viewports.js';

export const MASK = 'cdss-mask';
export const COMPARED = 'cdss-compared';
const LABELMAP = 'Labelmap';
const MAX_VOXELS = 2 ** 30;
const LABELS = 256;
const COMPARED_COLOR = [0, 229, 255, 255];

let services = null;
/** The labels of the mask, one array per slice in the order of `grid.slices`. */
let labels = [];
let grid = null;
let displaySet = null;
let loading = false;
let counting = 0;
/** A number per slice that changes with its labels; and as it was when last saved. */
let fingerprint = new Int32Array();
let kept = null;
let marking = false;
let settled = true;
const edited = new Set();

export class MaskProblem extends Error {}

export const maskGrid = () => grid;
export const maskLabels = () => labels;
export const editedSlices = () => edited;
export const maskDisplaySet = () => displaySet;

export function start(servicesManager) {
  services = servicesManager.services;
  onLabelsChanged(({ segmentationId }) => {
    if (segmentationId === MASK && !loading) recount();
  });
}

/** Draw a version. `found`: {rows, columns, slices}; `voxels`: slices x rows x columns. */
export async function drawMask(segmentation, found, voxels, { saved = true } = {}) {
  const target = await displaySetOf(segmentation.series_instance_uid, found.slices);
  if (!target) throw new MaskProblem(t('mask.otherSlices'));
  checkSize(target, found, voxels);
  loading = true;
  try {
    removeLayer(COMPARED);
    removeLayer(MASK);
    const images = await createLayer(MASK, target, segmentation.segments, t('mask.layer'));
    labels = fill(images, found, voxels);
    grid = found;
    displaySet = target;
    edited.clear();
    forgetHistory();
    await attachEverywhere();
    labelsChanged(MASK);
  } finally {
    loading = false;
  }
  marking = false;
  kept = saved ? fingerprintOf(voxels) : null;
  await recount();
  marking = true;
}

export function clearMask() {
  removeLayer(COMPARED);
  removeLayer(MASK);
  labels = [];
  displaySet = null;
}

/** Draw another version on top, as an outline that no tool touches. */
export async function drawCompared(segmentation, voxels) {
  loading = true;
  try {
    removeLayer(COMPARED);
    const images = await createLayer(
      COMPARED,
      displaySet,
      segmentation.segments,
      t('compare.layer'),
    );
    fill(images, grid, voxels);
    for (const viewportId of viewportsOf(displaySet)) await attach(viewportId, COMPARED);
    labelsChanged(COMPARED);
  } finally {
    loading = false;
  }
}

export function removeLayer(segmentationId) {
  if (!services.segmentationService.getSegmentation(segmentationId)) return;
  const imageIds = labelmapImageIds(segmentationId);
  services.segmentationService.remove(segmentationId);
  for (const imageId of imageIds) {
    if (core().cache.getImageLoadObject(imageId)) core().cache.removeImageLoadObject(imageId);
  }
}

function checkSize(target, found, voxels) {
  const expected = found.slices.length * found.rows * found.columns;
  const { Rows, Columns } = instanceOf(target.imageIds[0]);
  if (voxels.length !== expected || Rows !== found.rows || Columns !== found.columns) {
    throw new MaskProblem(t('mask.otherSize'));
  }
  if (expected > MAX_VOXELS || expected > core().cache.getBytesAvailable()) {
    throw new MaskProblem(t('mask.tooLarge', { slices: found.slices.length }));
  }
}

async function createLayer(segmentationId, target, segments, label) {
  const entries = segments.map(({ number, label: name }) => [
    number,
    {
      segmentIndex: number,
      label: name,
      active: number === segments[0].number,
      locked: false,
      cachedStats: {},
    },
  ]);
  await services.segmentationService.createLabelmapForDisplaySet(target, {
    segmentationId,
    label,
    segments: Object.fromEntries(entries),
  });
  const bySop = new Map();
  labelmapImageIds(segmentationId).forEach((imageId, index) => {
    bySop.set(sopOf(target.imageIds[index]), imageId);
  });
  return bySop;
}

function fill(images, { slices, rows, columns }, voxels) {
  const size = rows * columns;
  return slices.map((sop, index) => {
    const array = labelsOf(images.get(sop));
    array.set(voxels.subarray(index * size, (index + 1) * size));
    return array;
  });
}

/** All labels as the API takes them: uint8, slices x rows x columns. */
export function readMask() {
  const size = grid.rows * grid.columns;
  const voxels = new Uint8Array(size * labels.length);
  labels.forEach((slice, index) => voxels.set(slice, index * size));
  return voxels;
}

/** Show the layers in every viewport that shows the series; called again whenever one changes. */
export async function attachEverywhere() {
  if (!displaySet || !services.segmentationService.getSegmentation(MASK)) return;
  for (const viewportId of viewportsOf(displaySet)) {
    await attach(viewportId, MASK);
    if (services.segmentationService.getSegmentation(COMPARED)) await attach(viewportId, COMPARED);
  }
  applyLook();
}

async function attach(viewportId, segmentationId) {
  const { segmentationService } = services;
  if (!viewportOf(viewportId)) return;
  const specifier = { segmentationId, type: LABELMAP };
  if (!segmentationService.getSegmentationRepresentations(viewportId, specifier).length) {
    await segmentationService.addSegmentationRepresentation(viewportId, specifier);
  }
  if (segmentationId === COMPARED) {
    segmentationService.setStyle(specifier, {
      renderFill: false,
      renderFillInactive: false,
      renderOutline: true,
      renderOutlineInactive: true,
      outlineWidth: 2,
      outlineWidthInactive: 2,
      outlineOpacity: 1,
      outlineOpacityInactive: 1,
    });
    for (const { number } of state.segmentation.segments) {
      segmentationService.setSegmentColor(viewportId, segmentationId, number, COMPARED_COLOR);
    }
  }
  segmentationService.setActiveSegmentation(viewportId, MASK);
}

/** Opacity, colours and visibility as chosen in the panel. */
export function applyLook() {
  const { segmentationService } = services;
  if (!displaySet || !segmentationService.getSegmentation(MASK)) return;
  const specifier = { segmentationId: MASK, type: LABELMAP };
  segmentationService.setStyle(specifier, {
    fillAlpha: state.opacity,
    fillAlphaInactive: state.opacity,
  });
  for (const viewportId of viewportsOf(displaySet)) {
    if (!segmentationService.getSegmentationRepresentations(viewportId, specifier).length) continue;
    for (const { number, color } of state.segmentation.segments) {
      const rgb = rgbOf(state.colors[number] ?? color ?? '#f2c14e');
      segmentationService.setSegmentColor(viewportId, MASK, number, [...rgb, 255]);
      const visible = !state.hidden.includes(number);
      segmentationService.setSegmentVisibility(viewportId, MASK, number, visible, LABELMAP);
    }
  }
}

const rgbOf = hex => [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));

/** Volume of one voxel in ml, from the same distances as the server's: first to last slice. */
export function voxelMl() {
  const place = sop =>
    displaySet.imageIds.map(instanceOf).find(found => found.SOPInstanceUID === sop);
  const first = place(grid.slices[0]);
  const last = place(grid.slices.at(-1));
  const [from, to] = [first, last].map(found => [...found.ImagePositionPatient].map(Number));
  const step =
    Math.hypot(...from.map((value, axis) => to[axis] - value)) / (grid.slices.length - 1);
  const [row, column] = [...first.PixelSpacing].map(Number);
  return (step * row * column) / 1000;
}

const idle = () => new Promise(resolve => setTimeout(resolve));

/** Volumes in ml from the arrays themselves, and whether they differ from what is saved. */
export async function recount() {
  const run = (counting += 1);
  settled = false;
  const counts = new Array(LABELS).fill(0);
  const found = new Int32Array(labels.length);
  let since = performance.now();
  for (const [index, slice] of labels.entries()) {
    for (let at = 0; at < slice.length; at += 1) counts[slice[at]] += 1;
    found[index] = hash(slice);
    if (performance.now() - since < 12) continue;
    await idle();
    if (run !== counting) return;
    since = performance.now();
  }
  if (marking) found.forEach((value, index) => value === fingerprint[index] || edited.add(index));
  fingerprint = found;
  const ml = voxelMl();
  const volumes = state.segmentation.segments.map(({ number }) => [number, counts[number] * ml]);
  settled = true;
  update({ volumes: Object.fromEntries(volumes), dirty: isDirty() });
}

/** Whether there are strokes that the server does not have; in doubt, yes. */
export const mayBeDirty = () => state.job?.review_status === 'PENDING' && (state.dirty || !settled);

/** Whether there are such strokes, once all have been counted. */
export async function strokesAreUnsaved() {
  while (!settled) await recount();
  return mayBeDirty();
}

/** FNV-1a over the bytes. */
function hash(bytes) {
  let value = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) value = Math.imul(value ^ bytes[at], 0x01000193);
  return value;
}

/** Of all labels as `readMask` gives them. */
export function fingerprintOf(voxels) {
  const size = grid.rows * grid.columns;
  return Int32Array.from(grid.slices, (_, index) =>
    hash(voxels.subarray(index * size, (index + 1) * size)),
  );
}

const isDirty = () => !kept || fingerprint.some((value, index) => value !== kept[index]);

/** These labels are on the server now; strokes since then are not. */
export function markSaved(saved) {
  kept = saved;
  update({ dirty: isDirty() });
}

/** A change by the page itself: strokes, but not slices that a person edited. */
export async function changeQuietly(change) {
  await recount();
  marking = false;
  const result = change();
  await recount();
  marking = true;
  return result;
}

/** Bring the middle of the mask into view. */
export function showMiddle() {
  const filled = labels
    .map((slice, index) => (slice.some(Boolean) ? index : -1))
    .filter(at => at >= 0);
  if (!filled.length) return;
  const sop = grid.slices[filled[filled.length >> 1]];
  const imageIndex = displaySet.imageIds.findIndex(imageId => sopOf(imageId) === sop);
  for (const viewportId of viewportsOf(displaySet))
    viewportOf(viewportId)?.setImageIdIndex?.(imageIndex);
}
