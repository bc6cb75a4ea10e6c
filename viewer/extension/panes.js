// Into which panes a layer of labels is drawn.
import { tools } from './cornerstone.js';
import { viewportOf } from './viewports.js';

/** @import { Viewport } from '../types/ohif' */

export const LABELMAP = 'Labelmap';
/** Cornerstone draws one request per frame: asking sooner only makes the queue longer. */
const PAUSE_MS = 2000;

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
      if (viewportOf(id)) ask(id, segmentationId, LABELMAP);
    }
  }
}
