// Ask a model for the open series.
import { button, h, refill } from '../dom.js';
import { openJob, requestAi } from '../review.js';
import { may } from '../session.js';
import { language, t } from '../texts.js';
import { activeDisplaySet } from '../viewports.js';
import { section, visible } from './section.js';

/** @import { PanelState } from '../state.js' */

export function requestSection() {
  const model = h('select', { 'aria-label': t('request.model') });
  const ask = button(
    t('request.button'),
    () => requestAi(model.value, activeDisplaySet()?.SeriesInstanceUID),
    {
      id: 'cdss-run',
    },
  );
  const progress = h('progress', { 'aria-label': t('request.running') });
  const status = h('p', { className: 'cdss-note', role: 'status', id: 'cdss-request-state' });
  const open = button(t('request.open'), () => openJob(Number(open.dataset.job)), {
    id: 'cdss-request-open',
  });
  const element = section(
    'request',
    h('div', { className: 'cdss-row' }, model, ask),
    progress,
    status,
    open,
  );

  /** @param {PanelState} state */
  function show({ models: known, request, job }) {
    const models = known.filter(({ kind }) => kind !== 'assist' && kind !== 'rule');
    visible(element, may('request_ai') && models.length > 0);
    refill(
      model,
      models.map(({ id }) => id),
      () =>
        models.map(({ id, name, name_ko: korean }) =>
          h('option', { value: id }, (language() === 'ko' && korean) || name),
        ),
    );
    const busy = request.status === 'sending' || request.status === 'running';
    ask.disabled = busy;
    visible(progress, busy);
    visible(status, request.status !== 'idle');
    status.textContent = sentenceOf(request);
    visible(open, request.status === 'done' && job?.id !== request.jobId);
    open.dataset.job = String(request.jobId);
  }
  return { element, show };
}

/** @param {PanelState['request']} request */
function sentenceOf({ status, problem, step }) {
  if (status === 'idle') return '';
  const words = step ? t(`request.step.${step}`) : '';
  return t(`request.${status}`, { problem, step: words });
}
