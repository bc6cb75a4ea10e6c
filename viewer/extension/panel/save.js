// The state of the strokes, always in sight, and the button that keeps them.
import { button, h } from '../dom.js';
import { editable, reload } from '../review.js';
import { retryNow, save } from '../saving.js';
import { t } from '../texts.js';
import { visible } from './section.js';

/** @import { PanelState } from '../state.js' */

export function saveBar() {
  const keep = button(t('save.button'), () => save({ reload }), {
    id: 'cdss-save',
    className: 'cdss-button cdss-primary',
    title: 'Ctrl+S',
  });
  const again = button(t('save.retry'), retryNow, { id: 'cdss-retry' });
  const text = h('span', { id: 'cdss-save-state', role: 'status', 'aria-live': 'polite' });
  const element = h('div', { className: 'cdss-savebar' }, keep, again, text);

  /** @param {PanelState} state */
  function show(state) {
    visible(element, state.maskStatus === 'rendered');
    keep.disabled =
      !editable() ||
      !state.dirty ||
      (state.saveStatus !== 'idle' && state.saveStatus !== 'refused');
    visible(again, state.saveStatus === 'waiting');
    text.textContent = sentence(state);
    element.dataset.status =
      state.saveStatus === 'idle' ? (state.dirty || !state.baseVersion ? 'dirty' : 'saved') : state.saveStatus;
  }
  return { element, show };
}

/** @param {PanelState} state */
function sentence({ saveStatus, saveProblem, dirty, baseVersion }) {
  if (saveStatus === 'waiting') return t('save.waiting', { problem: saveProblem });
  if (saveStatus === 'refused') return saveProblem;
  if (saveStatus === 'saving' || saveStatus === 'conflict') return t('save.saving');
  return dirty || !baseVersion ? t('save.dirty') : t('save.saved', { version: baseVersion });
}
