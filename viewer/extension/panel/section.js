import { h } from '../dom.js';
import { t } from '../texts.js';

/**
 * @import { Child } from '../dom.js'
 * @import { PanelState } from '../state.js'
 * @typedef {{ element: HTMLElement, show: (state: PanelState) => void }} Part of the panel
 */

/**
 * A titled part of the panel.
 *
 * @param {'job' | 'mask' | 'versions' | 'review' | 'request' | 'series' | 'window' | 'measure'
 *   | 'prior' | 'order' | 'object' | 'heatmap' | 'assist' | 'manual' | 'hanging' | 'fusion'
 *   | 'growth'} name
 * @param {Child[]} children
 */
export function section(name, ...children) {
  const title = h('h2', {}, t(`${name}.title`));
  return h(
    'section',
    { className: 'cdss-section', id: `cdss-${name}`, 'aria-label': t(`${name}.title`) },
    title,
    ...children,
  );
}

/**
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export const visible = (element, shown) => {
  element.hidden = !shown;
};
