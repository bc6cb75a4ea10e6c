// Begin a segmentation by hand, and the lesion tool that draws into it.
import { ASSIST_TOOLS, assistModels, canRemove, chooseAssist, sendBox, setEnd } from '../assist.js';
import { button, h } from '../dom.js';
import { TYPES, beginManual } from '../manual.js';
import { editable } from '../review.js';
import { may } from '../session.js';
import { layer } from '../state.js';
import { ml, t } from '../texts.js';
import { activeDisplaySet } from '../viewports.js';
import { section, visible } from './section.js';

/**
 * @import { PanelState } from '../state.js'
 * @import { SegmentType } from '../manual.js'
 */

const KINDS = /** @type {SegmentType[]} */ (Object.keys(TYPES));

export function manualSection() {
  const list = h('ul', { className: 'cdss-segments' });
  const more = button(t('manual.more'), () => addRow(list), { id: 'cdss-manual-more' });
  const begin = button(t('manual.begin'), () => beginManual(rowsOf(list)), {
    id: 'cdss-manual-begin',
  });
  const status = h('p', { className: 'cdss-note', role: 'status' });
  addRow(list);
  const element = section('manual', list, h('div', { className: 'cdss-row' }, more, begin), status);

  /** @param {PanelState} state */
  function show({ manual, maskStatus }) {
    visible(element, may('review_ai') && maskStatus !== 'loading' && Boolean(activeDisplaySet()));
    begin.disabled = manual.busy;
    visible(status, Boolean(manual.problem));
    status.textContent = manual.problem;
  }
  return { element, show };
}

/** @param {HTMLElement} list */
function addRow(list) {
  const options = KINDS.map(kind => h('option', { value: kind }, t(`manual.type.${kind}`)));
  const type = h('select', { 'aria-label': t('manual.type') }, options);
  const name = h('input', {
    value: `${t('manual.segment')} ${list.children.length + 1}`,
    maxLength: 64,
    'aria-label': t('manual.name'),
  });
  list.append(h('li', {}, name, type));
}

/** @param {HTMLElement} list */
const rowsOf = list =>
  [...list.querySelectorAll('li')].map(row => ({
    label: row.querySelector('input')?.value.trim() ?? '',
    type: /** @type {SegmentType} */ (row.querySelector('select')?.value),
  }));

export function assistSection() {
  const choices = ASSIST_TOOLS.map(tool =>
    button(t(`assist.${tool}`), () => chooseAssist(tool), {
      id: `cdss-assist-${tool}`,
      'aria-pressed': 'false',
    }),
  );
  const first = end('first');
  const last = end('last');
  const send = button(t('assist.send'), sendBox, {
    id: 'cdss-assist-send',
    className: 'cdss-button cdss-primary',
  });
  const ends = h('div', { className: 'cdss-row' }, first.element, last.element, send);
  const status = h('p', { className: 'cdss-note', role: 'status', id: 'cdss-assist-state' });
  const note = h('p', { className: 'cdss-note' }, t('assist.note'));
  const row = h('div', { className: 'cdss-row' }, choices);
  const element = section('assist', note, row, ends, status);

  /** @param {PanelState} state */
  function show(state) {
    const { tool, box, busy } = state.assist;
    visible(element, assistModels().length > 0 && editable());
    ASSIST_TOOLS.forEach((name, at) =>
      choices[at].setAttribute('aria-pressed', String(tool === name)),
    );
    const remove = choices[ASSIST_TOOLS.indexOf('remove')];
    remove.disabled = tool !== 'remove' && !canRemove();
    remove.title = remove.disabled ? t('assist.removeLater') : '';
    visible(ends, tool === 'box');
    first.show(state.assist.first);
    last.show(state.assist.last);
    send.disabled = !box || busy;
    status.textContent = sentenceOf(state.assist);
    visible(status, Boolean(status.textContent));
  }
  return { element, show };
}

/** @param {'first' | 'last'} name */
function end(name) {
  const input = h('input', {
    type: 'number',
    id: `cdss-assist-${name}-slice`,
    min: 1,
    onchange: () => setEnd(name, Number(input.value) - 1),
  });
  const element = h('label', { className: 'cdss-check' }, t(`assist.${name}`), input);
  return {
    element,
    /** @param {number} index */
    show(index) {
      input.max = String(layer.grid.slices.length);
      if (document.activeElement !== input) input.value = String(index + 1);
    },
  };
}

/** @param {PanelState['assist']} assist */
function sentenceOf({ busy, problem, box, hint, volume, tool }) {
  if (busy) return t('assist.busy');
  if (problem) return problem;
  if (box) return t('assist.slices');
  if (volume !== null) return `${ml(volume)}. ${hint}`;
  if (tool) return t(`assist.how.${tool}`);
  return canRemove() ? '' : t('assist.removeLater');
}
