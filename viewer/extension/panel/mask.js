// Segments (see, colour, volume) and the tools that change them.
import { button, h, refill } from '../dom.js';
import { colorOf } from '../mask.js';
import { editable } from '../review.js';
import { language, ml, t } from '../texts.js';
import {
  EDITING,
  RADIUS_MM,
  chooseTool,
  fillSlices,
  isEditing,
  redo,
  setActiveSegment,
  setColor,
  setOpacity,
  setRadius,
  setSphere,
  toggleSegment,
  undo,
} from '../tools.js';
import { section, visible } from './section.js';
import { slider } from './slider.js';

/**
 * @import { Segment } from '../../types/api'
 * @import { PanelState } from '../state.js'
 */

const KEYS = { brush: 'B', eraser: 'E', threshold: 'T' };

export function maskSection() {
  const list = h('ul', { className: 'cdss-segments' });
  const opacity = slider('mask.opacity', { min: 0, max: 1, step: 0.05 }, setOpacity);
  const radius = slider('tools.radius', { ...RADIUS_MM, step: 0.5 }, setRadius);
  const brushes = EDITING.map(name =>
    button(t(`tools.${name}`), () => chooseTool(name), {
      id: `cdss-${name}`,
      'aria-pressed': 'false',
      title: KEYS[name],
    }),
  );
  const windowing = button(t('tools.window'), () => chooseTool('WindowLevel'), {
    id: 'cdss-window-level',
    title: 'W',
  });
  const sphere = h('input', {
    type: 'checkbox',
    id: 'cdss-sphere',
    onchange: () => setSphere(sphere.checked),
  });
  const fillButton = button(t('tools.fill'), fillSlices, { id: 'cdss-fill', title: 'F' });
  const steps = h(
    'div',
    { className: 'cdss-row' },
    button(t('tools.undo'), undo, { id: 'cdss-undo', title: 'Ctrl+Z' }),
    button(t('tools.redo'), redo, { id: 'cdss-redo', title: 'Ctrl+Y' }),
    fillButton,
  );
  const editing = h(
    'div',
    {},
    h('div', { className: 'cdss-row' }, windowing, brushes),
    radius.element,
    h('label', { className: 'cdss-check', for: 'cdss-sphere' }, sphere, t('tools.sphere')),
    steps,
  );
  const locked = h('p', { className: 'cdss-note' });
  const element = section('mask', list, opacity.element, editing, locked);

  /** @param {PanelState} state */
  function show(state) {
    const segments = state.segmentation?.segments;
    const shown = state.maskStatus === 'rendered' && segments !== undefined;
    visible(element, shown);
    if (!shown) return;
    refill(list, [segments, state.hidden, state.activeSegment], () =>
      segments.map(segment => row(segment, state)),
    );
    for (const { number } of segments) {
      const volume = list.querySelector(`[data-segment="${number}"] output`);
      if (volume)
        volume.textContent = number in state.volumes ? ml(state.volumes[number]) : '…';
    }
    opacity.show(state.opacity, `${Math.round(state.opacity * 100)} %`);
    radius.show(state.brushRadius, `${state.brushRadius} mm`);
    EDITING.forEach((name, at) =>
      brushes[at].setAttribute('aria-pressed', String(state.tool === name)),
    );
    windowing.setAttribute('aria-pressed', String(!isEditing(state.tool)));
    visible(editing, editable());
    visible(locked, !editable());
    locked.textContent = t(
      state.job?.review_status === 'PENDING' ? 'rights.edit' : 'mask.reviewed',
    );
  }
  return { element, show };
}

/** @param {Segment} segment */
const nameOf = ({ label, label_ko: korean }) => (language() === 'ko' && korean) || label;

/**
 * @param {Segment} segment
 * @param {PanelState} state
 */
function row(segment, state) {
  const { number } = segment;
  const name = nameOf(segment);
  const hidden = state.hidden.includes(number);
  const active = (state.activeSegment ?? state.segmentation?.segments[0].number) === number;
  const color = h('input', {
    type: 'color',
    value: colorOf(segment),
    'aria-label': t('mask.color', { name }),
    oninput: () => setColor(number, color.value),
  });
  return h(
    'li',
    { 'data-segment': String(number), className: active ? 'cdss-active' : '' },
    button(hidden ? '○' : '●', () => toggleSegment(number), {
      'aria-label': t(hidden ? 'mask.show' : 'mask.hide', { name }),
      'aria-pressed': String(!hidden),
      className: 'cdss-button cdss-eye',
    }),
    color,
    h(
      'button',
      { type: 'button', className: 'cdss-name', onclick: () => setActiveSegment(number) },
      name,
    ),
    h('output', {}),
  );
}
