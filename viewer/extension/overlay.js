// Layers of labels on the series of the mask that no tool touches: they are shown and coloured, no more.
import { labelsChanged } from './cornerstone.js';
import { MASK, copyLabels, createLayer, removeLayer } from './mask.js';
import { LABELMAP } from './panes.js';
import { layer, services } from './state.js';
import { viewportOf, viewportsOf } from './viewports.js';

/**
 * @import { Segment } from '../types/api'
 * @typedef {{ color: number[], visible: boolean }} LabelLook `color`: red, green and blue, 0 to 255
 */

const FULL = 255;

/**
 * Anew, on the series and grid of the mask, which must be there.
 *
 * @param {string} id
 * @param {Uint8Array} voxels slices x rows x columns, labels from 1
 * @param {Pick<Segment, 'number' | 'label'>[]} labels
 * @param {string} title
 * @param {() => void} paint what colours it
 */
export async function showOverlay(id, voxels, labels, title, paint) {
  if (!layer.displaySet) throw new Error('no mask is on screen');
  removeLayer(id);
  copyLabels(await createLayer(id, layer.displaySet, labels, title), layer.grid, voxels);
  await attachOverlay(id, paint);
  labelsChanged(id);
}

/**
 * In every viewport that shows the series; called again whenever one changes.
 *
 * @param {string} id
 * @param {() => void} paint what colours it
 */
export async function attachOverlay(id, paint) {
  const { segmentationService } = services();
  if (!layer.displaySet || !segmentationService.getSegmentation(id)) return;
  const specifier = { segmentationId: id, type: LABELMAP };
  for (const viewportId of viewportsOf(layer.displaySet)) {
    if (!viewportOf(viewportId)) continue;
    if (!segmentationService.getSegmentationRepresentations(viewportId, specifier).length) {
      await segmentationService.addSegmentationRepresentation(viewportId, specifier);
    }
    segmentationService.setActiveSegmentation(viewportId, MASK);
  }
  paint();
}

/**
 * @param {string} id
 * @param {number} opacity 0 to 1
 * @param {LabelLook[]} looks of the labels from 1
 */
export function paintOverlay(id, opacity, looks) {
  const { segmentationService } = services();
  if (!layer.displaySet || !segmentationService.getSegmentation(id)) return;
  const specifier = { segmentationId: id, type: LABELMAP };
  segmentationService.setStyle(specifier, {
    renderOutline: false,
    renderOutlineInactive: false,
    renderFill: true,
    renderFillInactive: true,
    fillAlpha: opacity,
    fillAlphaInactive: opacity,
  });
  for (const viewportId of viewportsOf(layer.displaySet)) {
    if (!segmentationService.getSegmentationRepresentations(viewportId, specifier).length) continue;
    looks.forEach(({ color, visible }, at) => {
      segmentationService.setSegmentColor(viewportId, id, at + 1, [...color, FULL]);
      segmentationService.setSegmentVisibility(viewportId, id, at + 1, visible, LABELMAP);
    });
  }
}
