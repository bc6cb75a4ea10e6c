// The model's probability over the images: on or off, from which probability, how strongly.
import { button, h } from '../dom.js';
import { hasHeatmap, setHeatOpacity, setHeatThreshold, toggleHeatmap } from '../heatmap.js';
import { t } from '../texts.js';
import { section, visible } from './section.js';
import { slider } from './slider.js';

/** @import { PanelState } from '../state.js' */

const percent = (/** @type {number} */ value) => `${Math.round(value * 100)} %`;

export function heatmapSection() {
  const toggle = button(t('heatmap.show'), () => void toggleHeatmap(), {
    id: 'cdss-heat-toggle',
    'aria-pressed': 'false',
  });
  const threshold = slider('heatmap.threshold', { min: 0, max: 0.9, step: 0.1 }, setHeatThreshold);
  const opacity = slider('heatmap.opacity', { min: 0, max: 1, step: 0.05 }, setHeatOpacity);
  const sliders = h('div', {}, threshold.element, opacity.element);
  const note = h('p', { className: 'cdss-note' }, t('heatmap.note'));
  const problem = h('p', { className: 'cdss-warning', role: 'alert' });
  const element = section('heatmap', toggle, sliders, note, problem);

  /** @param {PanelState} state */
  function show({ heat }) {
    visible(element, hasHeatmap());
    const shown = heat.status === 'shown';
    toggle.setAttribute('aria-pressed', String(shown));
    toggle.textContent = t(heat.status === 'loading' ? 'heatmap.loading' : 'heatmap.show');
    visible(sliders, shown);
    visible(note, shown);
    threshold.show(heat.threshold, percent(heat.threshold));
    opacity.show(heat.opacity, percent(heat.opacity));
    problem.textContent = heat.problem;
    visible(problem, Boolean(heat.problem));
  }
  return { element, show };
}
