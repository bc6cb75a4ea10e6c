// How a layer of labels is drawn in each kind of pane: as labels in a plane, as a surface in 3D.
import { tools } from './cornerstone.js';
import { viewportOf } from './viewports.js';

/** @import { Viewport } from '../types/ohif' */

export const LABELMAP = 'Labelmap';
const SURFACE = 'Surface';
/** Of what the volume in a 3D pane hides; the surface lies inside. */
const TRANSLUCENT = 0.12;
/** Cornerstone draws one request per frame: asking sooner only makes the queue longer. */
const PAUSE_MS = 5000;

/** @param {string} viewportId */
export const layerType = viewportId =>
  viewportOf(viewportId)?.type === 'volume3d' ? SURFACE : LABELMAP;

/**
 * @param {Viewport} viewport
 * @param {string} segmentationId
 */
const isDrawn = (viewport, segmentationId) =>
  viewport.getActors().some(({ representationUID }) => representationUID?.startsWith(segmentationId));

/**
 * Until the layer is in each pane: one that comes late, or whose volume does, draws nothing, and does
 * not try again by itself.
 *
 * @param {string} segmentationId
 * @param {object} options
 * @param {() => string[]} options.panes
 * @param {(viewportId: string) => Promise<void>} options.attach
 * @param {() => boolean} options.stale whether another round has taken over
 */
export async function draw(segmentationId, { panes, attach, stale }) {
  const { triggerSegmentationRepresentationModified: ask } =
    tools().segmentation.triggerSegmentationEvents;
  /** @param {string} id */
  const missing = id => !viewportOf(id) || !isDrawn(viewportOf(id), segmentationId);
  while (!stale() && panes().some(missing)) {
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    for (const id of stale() ? [] : panes().filter(missing)) {
      await attach(id);
      // A surface takes seconds to be made, and comes by itself.
      if (viewportOf(id) && layerType(id) === LABELMAP) ask(id, segmentationId, LABELMAP);
    }
  }
}

/** @type {WeakSet<object>} */
const translucent = new WeakSet();

/**
 * Let the surface be seen through the volume of a 3D pane.
 *
 * @param {string} viewportId
 */
export function seeThrough(viewportId) {
  if (layerType(viewportId) !== SURFACE) return;
  for (const { actor } of viewportOf(viewportId).getActors()) {
    const opacity = actor.getProperty().getScalarOpacity?.(0);
    if (!opacity || translucent.has(opacity)) continue;
    translucent.add(opacity);
    for (let index = 0; index < opacity.getSize(); index += 1) {
      /** @type {number[]} */
      const node = [0, 0, 0, 0];
      opacity.getNodeValue(index, node);
      node[1] *= TRANSLUCENT;
      opacity.setNodeValue(index, node);
    }
  }
  viewportOf(viewportId).render();
}
