import { h } from '../dom.js';
import { t } from '../texts.js';

/**
 * @param {'mask.opacity' | 'tools.radius' | 'heatmap.threshold' | 'heatmap.opacity' | 'fusion.blend'} label
 * @param {{ min: number, max: number, step: number }} range
 * @param {(value: number) => void} change
 */
export function slider(label, range, change) {
  const id = `cdss-${label.replace('.', '-')}`;
  const input = h('input', {
    type: 'range',
    id,
    ...range,
    oninput: () => change(Number(input.value)),
  });
  const value = h('output', { for: id });
  const element = h('label', { className: 'cdss-slider', for: id }, t(label), input, value);
  return {
    element,
    /**
     * @param {number} number
     * @param {string} text
     */
    show(number, text) {
      if (Number(input.value) !== number) input.value = String(number);
      value.textContent = text;
    },
  };
}
