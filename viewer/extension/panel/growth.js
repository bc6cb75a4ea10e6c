// Growth since an earlier study: which mask is compared with, the colours, and the volumes.
import { h, refill } from '../dom.js';
import { KINDS, compareGrowth } from '../growth.js';
import { language, ml, percent, t } from '../texts.js';
import { calendarDate } from '../when.js';
import { section, visible } from './section.js';

/**
 * @import { Growth, ListedJob } from '../../types/api'
 * @import { PanelState } from '../state.js'
 */

export function growthSection() {
  const select = h('select', {
    id: 'cdss-growth-baseline',
    'aria-label': t('growth.baseline'),
    onchange: () => void compareGrowth(Number(select.value) || null),
  });
  const figures = h('div', { id: 'cdss-growth-figures', role: 'status' });
  const problem = h('p', { className: 'cdss-warning', role: 'alert', id: 'cdss-growth-problem' });
  const element = section('growth', select, figures, problem);

  /** @param {PanelState} state */
  function show({ growth, job, maskStatus }) {
    const { baselines, baseline, status, result } = growth;
    const approved = job?.review_status === 'APPROVED' && maskStatus === 'rendered';
    visible(element, approved && (baselines.length > 0 || Boolean(growth.problem)));
    refill(select, baselines.map(({ id }) => id), () => [
      h('option', { value: '' }, t('growth.none')),
      ...baselines.map(found => h('option', { value: String(found.segmentation) }, nameOf(found))),
    ]);
    select.value = String(baseline ?? '');
    refill(figures, [status, result], () => {
      if (status === 'loading') return [h('p', { className: 'cdss-note' }, t('growth.loading'))];
      return result ? [legend(result), ...notes(result)] : [];
    });
    problem.textContent = growth.problem;
    visible(problem, Boolean(growth.problem));
  }
  return { element, show };
}

/** @param {ListedJob} job */
function nameOf({ study, model }) {
  const name = (language() === 'ko' && model.name_ko) || model.name;
  return [study?.study_date && calendarDate(study.study_date), name].filter(Boolean).join(' · ');
}

/** The first finding is what the colours are of. @param {Growth} growth */
function legend({ findings: [all] }) {
  const volumes = { grown: all.grown_ml, shrunk: all.shrunk_ml, stable: all.stable_ml };
  return h(
    'ul',
    { className: 'cdss-growth' },
    KINDS.map(({ kind, color }) => {
      const swatch = h('span', { className: 'cdss-swatch', 'aria-hidden': 'true' });
      swatch.style.background = `rgb(${color.join(' ')})`;
      const value = h('output', { id: `cdss-growth-${kind}` }, ml(volumes[kind]));
      return h('li', {}, swatch, h('span', {}, t(`growth.${kind}`)), value);
    }),
  );
}

/** @param {Growth} growth */
function notes({ findings, registration, error_mm: error }) {
  const lines = findings.map(found =>
    t('growth.change', {
      name: (language() === 'ko' && found.label_ko) || found.label || t('growth.all'),
      before: ml(found.before_ml),
      after: ml(found.after_ml),
      percent: found.change_percent === null ? '–' : signed(found.change_percent),
    }),
  );
  const unseen = findings[0].unseen_before_ml + findings[0].unseen_after_ml;
  if (unseen > 0) lines.push(t('growth.unseen', { volume: ml(unseen) }));
  if (registration) lines.push(t('growth.registered', { mm: (error ?? 0).toFixed(2) }));
  return lines.map(line => h('p', { className: 'cdss-note' }, line));
}

/** @param {number} value in percent */
const signed = value => `${value > 0 ? '+' : ''}${percent(value / 100)}`;
