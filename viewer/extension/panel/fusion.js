// A series over the one of the active pane: which, how strongly, in which colours, or in squares.
import { h, refill } from '../dom.js';
import { COLORMAPS, fuse, fused, partners, setBlend, setCheckerboard, setColormap } from '../fusion.js';
import { t } from '../texts.js';
import { section, visible } from './section.js';
import { slider } from './slider.js';

/** @import { PanelState } from '../state.js' */

export function fusionSection() {
  const select = h('select', {
    id: 'cdss-fusion-series',
    'aria-label': t('fusion.series'),
    onchange: () => void fuse(select.value),
  });
  const blend = slider('fusion.blend', { min: 0, max: 1, step: 0.05 }, setBlend);
  const colors = h('select', {
    id: 'cdss-fusion-colors',
    'aria-label': t('fusion.colors'),
    onchange: () => setColormap(COLORMAPS[colors.selectedIndex]),
  });
  colors.append(...COLORMAPS.map(name => h('option', { value: name }, t(`fusion.colors.${name}`))));
  const squares = h('input', {
    type: 'checkbox',
    id: 'cdss-fusion-squares',
    onchange: () => setCheckerboard(squares.checked),
  });
  const checkerboard = h('label', { className: 'cdss-check', for: squares.id }, squares, t('fusion.squares'));
  const how = h('div', {}, blend.element, colors, checkerboard);
  const problem = h('p', { className: 'cdss-warning', role: 'alert', id: 'cdss-fusion-problem' });
  const element = section('fusion', select, how, problem);

  /** @param {PanelState} state */
  function show({ fusion }) {
    const { moving } = fused();
    const offered = partners();
    visible(element, offered.length > 0 || Boolean(fusion.problem));
    refill(select, offered, () => [
      h('option', { value: '' }, t('fusion.none')),
      ...offered.map(({ uid, label }) => h('option', { value: uid }, label)),
    ]);
    select.value = moving?.SeriesInstanceUID ?? '';
    visible(how, Boolean(moving));
    blend.show(fusion.blend, `${Math.round(fusion.blend * 100)} %`);
    blend.element.hidden = fusion.checkerboard;
    colors.value = fusion.colormap;
    squares.checked = fusion.checkerboard;
    problem.textContent = fusion.problem;
    visible(problem, Boolean(fusion.problem));
  }
  return { element, show };
}
