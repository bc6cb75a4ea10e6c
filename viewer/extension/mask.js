// The mask as an editable layer. Slices are named by SOP Instance UID everywhere (a frame with its
// number): OHIF sorts a series its own way, and only the name says which labels belong to which image.
import {
  core,
  forgetHistory,
  instanceOf,
  knownInstance,
  labelmapImageIds,
  labelsChanged,
  labelsOf,
  onLabelsChanged,
  sliceOf,
  undoable,
} from './cornerstone.js';
import { leave3D } from './layouts.js';
import { layer, services, shownSegmentation, state, update } from './state.js';
import { t } from './texts.js';
import { LABELMAP, draw } from './panes.js';
import { displaySetOf, viewportOf, viewportsOf } from './viewports.js';

/**
 * @import { Grid, Segment, Segmentation } from '../types/api'
 * @import { DisplaySet } from '../types/ohif'
 */

export const MASK = 'cdss-mask';
export const COMPARED = 'cdss-compared';
const MAX_VOXELS = 2 ** 30;
const LABELS = 256;
const COMPARED_COLOR = [0, 229, 255, 255];
const DEFAULT_COLOR = '#f2c14e';

export class MaskProblem extends Error {}

export function start() {
  onLabelsChanged(({ segmentationId }) => {
    if (segmentationId === MASK && !layer.loading) void recount();
  });
}

/** The series that the mask lies on, where there must be one. */
function maskDisplaySet() {
  if (!layer.displaySet) throw new Error('no mask is on screen');
  return layer.displaySet;
}

/**
 * Show a version as the editable layer.
 *
 * @param {Segmentation} segmentation
 * @param {Grid} found
 * @param {Uint8Array} voxels slices x rows x columns
 * @param {{ saved?: boolean }} [options]
 */
export async function showMask(segmentation, found, voxels, { saved = true } = {}) {
  await leave3D();
  const { series_instance_uid: uid } = segmentation;
  const target = await displaySetOf(uid, found.slices);
  if (!target) throw new MaskProblem(t('mask.otherSlices'));
  checkSize(target, found, voxels);
  layer.loading = true;
  try {
    removeLayer(COMPARED);
    removeLayer(MASK);
    const images = await createLayer(MASK, target, segmentation.segments, t('mask.layer'));
    layer.labels = copyLabels(images, found, voxels);
    layer.grid = found;
    layer.displaySet = target;
    layer.edited.clear();
    forgetHistory();
    await attachEverywhere();
    labelsChanged(MASK);
  } finally {
    layer.loading = false;
  }
  layer.marksEdits = false;
  layer.savedFingerprint = saved ? fingerprintOf(voxels) : null;
  await recount();
  layer.marksEdits = true;
}

export function clearMask() {
  removeLayer(COMPARED);
  removeLayer(MASK);
  layer.labels = [];
  layer.displaySet = null;
}

/**
 * Show another version on top, as an outline that no tool touches.
 *
 * @param {Segmentation} segmentation
 * @param {Uint8Array} voxels
 */
export async function showComparison(segmentation, voxels) {
  const displaySet = maskDisplaySet();
  layer.loading = true;
  try {
    removeLayer(COMPARED);
    const name = t('compare.layer');
    const images = await createLayer(COMPARED, displaySet, segmentation.segments, name);
    copyLabels(images, layer.grid, voxels);
    for (const viewportId of viewportsOf(displaySet)) await attach(viewportId, COMPARED);
    labelsChanged(COMPARED);
  } finally {
    layer.loading = false;
  }
}

/** @param {string} segmentationId */
export function removeLayer(segmentationId) {
  const { segmentationService } = services();
  if (!segmentationService.getSegmentation(segmentationId)) return;
  const imageIds = labelmapImageIds(segmentationId);
  segmentationService.remove(segmentationId);
  for (const imageId of imageIds) {
    if (core().cache.getImageLoadObject(imageId)) core().cache.removeImageLoadObject(imageId);
  }
}

/**
 * @param {DisplaySet} target
 * @param {Grid} found
 * @param {Uint8Array} voxels
 */
function checkSize(target, found, voxels) {
  const expected = found.slices.length * found.rows * found.columns;
  const { Rows, Columns } = knownInstance(target.imageIds[0]);
  if (voxels.length !== expected || Rows !== found.rows || Columns !== found.columns) {
    throw new MaskProblem(t('mask.otherSize'));
  }
  if (expected > MAX_VOXELS || expected > core().cache.getBytesAvailable()) {
    throw new MaskProblem(t('mask.tooLarge', { slices: found.slices.length }));
  }
}

/**
 * @param {string} segmentationId
 * @param {DisplaySet} target
 * @param {Pick<Segment, 'number' | 'label'>[]} segments
 * @param {string} label
 * @returns {Promise<Map<string | undefined, string>>} derived images by slice
 */
export async function createLayer(segmentationId, target, segments, label) {
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
  await services().segmentationService.createLabelmapForDisplaySet(target, {
    segmentationId,
    label,
    segments: Object.fromEntries(entries),
  });
  const bySlice = new Map();
  labelmapImageIds(segmentationId).forEach((imageId, index) => {
    bySlice.set(sliceOf(target.imageIds[index]), imageId);
  });
  return bySlice;
}

/**
 * @param {Map<string | undefined, string>} images
 * @param {Grid} grid
 * @param {Uint8Array} voxels
 */
export function copyLabels(images, { slices, rows, columns }, voxels) {
  const size = rows * columns;
  return slices.map((name, index) => {
    const array = labelsOf(images.get(name));
    array.set(voxels.subarray(index * size, (index + 1) * size));
    return array;
  });
}

/** All labels as the API takes them: uint8, slices x rows x columns. */
export function readMask() {
  const size = layer.grid.rows * layer.grid.columns;
  const voxels = new Uint8Array(size * layer.labels.length);
  layer.labels.forEach((slice, index) => voxels.set(slice, index * size));
  return voxels;
}

/** Show the layers in every viewport that shows the series; called again whenever one changes. */
export async function attachEverywhere() {
  const { segmentationService } = services();
  if (!layer.displaySet || !segmentationService.getSegmentation(MASK)) return;
  await leave3D();
  const run = (layer.draws += 1);
  const stale = () => run !== layer.draws || !segmentationService.getSegmentation(MASK);
  const panes = () => (layer.displaySet ? viewportsOf(layer.displaySet) : []);
  for (const viewportId of panes()) {
    await attach(viewportId, MASK);
    if (segmentationService.getSegmentation(COMPARED)) await attach(viewportId, COMPARED);
  }
  applyAppearance();
  /** @param {string} id */
  const again = id => attach(id, MASK);
  const options = { panes, attach: again, stale };
  void draw(MASK, options).then(() => stale() || applyAppearance());
}

/**
 * @param {string} viewportId
 * @param {string} segmentationId
 */
async function attach(viewportId, segmentationId) {
  const { segmentationService } = services();
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
    for (const { number } of shownSegmentation().segments) {
      segmentationService.setSegmentColor(viewportId, segmentationId, number, COMPARED_COLOR);
    }
  }
  segmentationService.setActiveSegmentation(viewportId, MASK);
}

/** Opacity, colours and visibility as chosen in the panel. */
export function applyAppearance() {
  const { segmentationService } = services();
  const { displaySet } = layer;
  if (!displaySet || !segmentationService.getSegmentation(MASK)) return;
  const specifier = { segmentationId: MASK, type: LABELMAP };
  segmentationService.setStyle(specifier, {
    fillAlpha: state.opacity,
    fillAlphaInactive: state.opacity,
  });
  for (const viewportId of viewportsOf(displaySet)) {
    if (!segmentationService.getSegmentationRepresentations(viewportId, specifier).length) continue;
    for (const segment of shownSegmentation().segments) {
      const { number } = segment;
      const color = [...rgbOf(colorOf(segment)), 255];
      segmentationService.setSegmentColor(viewportId, MASK, number, color);
      const visible = !state.hidden.includes(number);
      segmentationService.setSegmentVisibility(viewportId, MASK, number, visible, LABELMAP);
    }
  }
}

/** @param {Segment} segment */
export const colorOf = ({ number, color }) => state.colors[number] ?? color ?? DEFAULT_COLOR;

/** @param {string} hex */
const rgbOf = hex => [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));

/** Volume of one voxel in ml: from the first to the last slice along the normal. */
export function voxelMl() {
  const { slices } = layer.grid;
  const instances = new Map(maskDisplaySet().imageIds.map(id => [sliceOf(id), instanceOf(id)]));
  const [first, last] = [slices[0], slices[slices.length - 1]].map(name => instances.get(name));
  if (!first || !last) throw new MaskProblem(t('mask.otherSlices'));
  const [from, to] = [first, last].map(found => Array.from(found.ImagePositionPatient, Number));
  const [rx, ry, rz, cx, cy, cz] = Array.from(first.ImageOrientationPatient ?? [], Number);
  const normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
  const height = Math.abs(normal.reduce((sum, value, axis) => sum + value * (to[axis] - from[axis]), 0));
  const [row, column] = Array.from(first.PixelSpacing, Number);
  return ((height / (slices.length - 1)) * row * column) / 1000;
}

/** Volumes in ml from the arrays themselves, and whether they differ from what is saved. */
async function recount() {
  const run = (layer.counts += 1);
  layer.counted = false;
  const counts = new Array(LABELS).fill(0);
  const found = new Int32Array(layer.labels.length);
  let since = performance.now();
  for (const [index, slice] of layer.labels.entries()) {
    for (let at = 0; at < slice.length; at += 1) counts[slice[at]] += 1;
    found[index] = hash(slice);
    if (performance.now() - since < 12) continue;
    await new Promise(resolve => setTimeout(resolve));
    if (run !== layer.counts) return;
    since = performance.now();
  }
  if (layer.marksEdits) {
    found.forEach((value, index) => {
      if (value !== layer.fingerprint[index]) layer.edited.add(index);
    });
  }
  layer.fingerprint = found;
  const ml = voxelMl();
  const { segments } = shownSegmentation();
  const volumes = segments.map(({ number }) => [number, counts[number] * ml]);
  layer.counted = true;
  update({ volumes: Object.fromEntries(volumes), dirty: isDirty() });
}

/** Whether there are strokes that the server does not have; in doubt, yes. */
export const mayBeDirty = () =>
  state.job?.review_status === 'PENDING' && (state.dirty || !layer.counted);

/** Whether there are such strokes, once all have been counted. */
export async function strokesAreUnsaved() {
  while (!layer.counted) await recount();
  return mayBeDirty();
}

/**
 * FNV-1a over the bytes.
 *
 * @param {Uint8Array} bytes
 */
function hash(bytes) {
  let value = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) value = Math.imul(value ^ bytes[at], 0x01000193);
  return value;
}

/**
 * Of all labels as `readMask` gives them.
 *
 * @param {Uint8Array} voxels
 */
export function fingerprintOf(voxels) {
  const { rows, columns, slices } = layer.grid;
  const size = rows * columns;
  return Int32Array.from(slices, (_, index) =>
    hash(voxels.subarray(index * size, (index + 1) * size)),
  );
}

function isDirty() {
  const { fingerprint, savedFingerprint: saved } = layer;
  return !saved || fingerprint.some((value, index) => value !== saved[index]);
}

/**
 * These labels are on the server now; strokes since then are not.
 *
 * @param {Int32Array} saved
 */
export function markSaved(saved) {
  layer.savedFingerprint = saved;
  update({ dirty: isDirty() });
}

/**
 * A change by the page itself: strokes, but not slices that a person edited.
 *
 * @template Result
 * @param {() => Result} change
 */
export async function changeByPage(change) {
  await recount();
  layer.marksEdits = false;
  const result = change();
  await recount();
  layer.marksEdits = true;
  return result;
}

/**
 * A change that a person asked for, of many slices at once: it can be undone as one.
 *
 * @param {() => void} change
 * @param {(undone: boolean) => void} follow what goes with the change, also when it is undone
 */
export async function changeByHand(change, follow) {
  const before = layer.labels.map(slice => slice.slice());
  change();
  follow(false);
  const after = layer.labels.map(slice => slice.slice());
  undoable(undo => {
    (undo ? before : after).forEach((slice, index) => layer.labels[index].set(slice));
    follow(undo);
    labelsChanged(MASK);
  });
  await recount();
}

/** Bring the middle of the mask into view. */
export function showMiddle() {
  const displaySet = maskDisplaySet();
  const filled = layer.labels.flatMap((slice, at) => (slice.some(Boolean) ? [at] : []));
  if (!filled.length) return;
  const middle = layer.grid.slices[filled[filled.length >> 1]];
  const imageIndex = displaySet.imageIds.findIndex(imageId => sliceOf(imageId) === middle);
  for (const viewportId of viewportsOf(displaySet))
    viewportOf(viewportId)?.setImageIdIndex?.(imageIndex);
}
