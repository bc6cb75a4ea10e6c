// How the study hangs: the layouts that the rules offer, and one line that says why this one.
import { h, refill } from '../dom.js';
import { BESIDE, choose, why } from '../hanging.js';
import { t } from '../texts.js';
import { section, visible } from './section.js';

/** @import { PanelState } from '../state.js' */

export function hangingSection() {
  const select = h('select', {
    id: 'cdss-layout',
    'aria-label': t('hanging.title'),
    onchange: () => void choose(select.value),
  });
  const line = h('p', { className: 'cdss-note', role: 'status', id: 'cdss-why' });
  const element = section('hanging', select, line);

  /** @param {PanelState} state */
  function show({ hanging: { plan, layout } }) {
    const offered = plan?.layouts.map(({ protocol }) => protocol) ?? [];
    const beside = plan && !plan.prior && plan.priors.some(({ matches }) => matches);
    const values = [...offered, ...(beside ? [BESIDE] : [])];
    refill(select, values, () =>
      values.map(value => h('option', { value }, t(/** @type {any} */ (`layout.${value}`)))),
    );
    select.value = layout?.protocol ?? '';
    line.textContent = why();
    visible(element, Boolean(layout));
  }
  return { element, show };
}
