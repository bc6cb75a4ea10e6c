// The panel on the right: one column of sections, in the order of the work.
import { h } from '../dom.js';
import { subscribe } from '../state.js';
import { hangingSection } from './hanging.js';
import { fusionSection } from './fusion.js';
import { growthSection } from './growth.js';
import { heatmapSection } from './heatmap.js';
import { assistSection, manualSection } from './draw.js';
import { jobSection } from './job.js';
import { maskSection } from './mask.js';
import { objectsSection, orderSection } from './order.js';
import { requestSection } from './request.js';
import { reviewSection } from './review.js';
import { saveBar } from './save.js';
import { measurementsSection, priorsSection, seriesSection, windowsSection } from './study.js';
import { versionsSection } from './versions.js';

/**
 * @import { PanelState } from '../state.js'
 * @import { Part } from './section.js'
 */

/** @type {(() => Part)[]} */
const PARTS = [
  hangingSection,
  orderSection,
  seriesSection,
  fusionSection,
  jobSection,
  saveBar,
  maskSection,
  heatmapSection,
  growthSection,
  assistSection,
  versionsSection,
  reviewSection,
  requestSection,
  manualSection,
  windowsSection,
  measurementsSection,
  objectsSection,
  priorsSection,
];

/**
 * @param {HTMLElement} host
 * @returns what takes the panel away again
 */
export function mountPanel(host) {
  const parts = PARTS.map(make => make());
  host.replaceChildren(
    h(
      'div',
      { id: 'cdss-panel' },
      parts.map(part => part.element),
    ),
  );
  const stop = subscribe(state => parts.forEach(part => showSafely(part, state)));
  return () => {
    stop();
    host.replaceChildren();
  };
}

/**
 * What goes wrong in one section leaves the others, and the images, alone.
 *
 * @param {Part} part
 * @param {PanelState} state
 */
function showSafely(part, state) {
  try {
    part.show(state);
  } catch (error) {
    reportError(error);
  }
}
