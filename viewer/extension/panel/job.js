// Which AI result is on screen, how sure the model was, and what the model is.
import { h, refill } from '../dom.js';
import { openJob } from '../review.js';
import { may } from '../session.js';
import { state } from '../state.js';
import { language, ml, percent, t } from '../texts.js';
import { dateTime } from '../when.js';
import { section } from './section.js';

/**
 * @import { Job, ListedJob, Model } from '../../types/api'
 * @import { PanelState } from '../state.js'
 */

/**
 * A text of the manifest in the language of the page, where it has one.
 *
 * @param {object} from
 * @param {string} key
 */
function textOf(from, key) {
  /** @type {Record<string, any>} */
  const texts = from;
  const korean = language() === 'ko' && texts[`${key}_ko`];
  return korean?.length ? korean : texts[key];
}
/** @param {{ name: string }} model */
const modelName = model => textOf(model, 'name');

export function jobSection() {
  const choice = h('select', {
    'aria-label': t('job.choose'),
    onchange: () => openJob(Number(choice.value)),
  });
  const sentence = h('p', { className: 'cdss-note', role: 'status' });
  const facts = h('dl', { className: 'cdss-facts' });
  const warnings = h('ul', { className: 'cdss-warnings' });
  const card = h('details', { className: 'cdss-card' });
  const element = section('job', choice, sentence, facts, warnings, card);

  /** @param {PanelState} state */
  function show({ jobs, job }) {
    refill(
      choice,
      jobs.map(known => [known.id, known.status, known.review_status]),
      () => jobs.map(jobOption),
    );
    choice.hidden = jobs.length === 0;
    if (job) choice.value = String(job.id);
    sentence.textContent = sentenceOf();
    sentence.hidden = !sentence.textContent;
    refill(facts, job && [job.id, job.status, job.result?.confidence], () => factsOf(job));
    refill(warnings, job?.result?.warnings, () =>
      (job?.result?.warnings ?? []).map(text => h('li', {}, text)),
    );
    const model = job?.origin === 'model' || job?.origin === 'rule' ? job.card : null;
    card.hidden = !model;
    refill(card, model && [model.id, model.version], () => (model ? cardOf(model) : []));
  }
  return { element, show };
}

/** @param {ListedJob} job */
function jobOption({ id, model, created_at: at, review_status: review, status = 'PENDING' }) {
  const reviewed = status === 'COMPLETED' && review;
  const words = reviewed ? t(`job.review.${reviewed}`) : t(`job.status.${status}`);
  return h('option', { value: String(id) }, `${modelName(model)} · ${dateTime(at)} · ${words} · #${id}`);
}

function sentenceOf() {
  if (!may('request_ai')) return t('rights.ai');
  if (state.maskStatus === 'loading') return t('mask.loading');
  if (state.maskStatus === 'refused') return state.maskProblem;
  if (!state.job) return t('job.none');
  const { status = 'PENDING', error } = state.job;
  if (status === 'COMPLETED') return '';
  return [t(`job.status.${status}`), error?.detail].filter(Boolean).join(': ');
}

/**
 * @param {Job} job
 * @param {string} label
 */
function segmentName({ card }, label) {
  const { segments = [] } = card?.outputs ?? {};
  return textOf(segments.find(segment => segment.label === label) ?? { label }, 'label');
}

/** @param {Job | null} job */
function factsOf(job) {
  if (!job?.result) return [];
  const rows = [[t('job.model'), `${modelName(job.model)} ${job.model.version}`]];
  if (job.result.confidence !== null)
    rows.push([
      t(job.segmentation ? 'job.confidence.mask' : 'job.confidence.result'),
      job.result.confidence.toFixed(3),
    ]);
  if (job.result.risk_score !== null) rows.push([t('job.risk'), percent(job.result.risk_score)]);
  const by = job.origin === 'model' || job.origin === 'rule' ? 'AI: ' : '';
  for (const { label, volume_ml: volume } of job.result.measurements)
    rows.push([`${by}${segmentName(job, label)}`, ml(volume)]);
  rows.push([t('job.requestedBy'), job.requested_by_name || job.requested_by || t('job.byRule')]);
  return rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
}

/** @param {Model} model */
function cardOf(model) {
  const rows = [
    [t('card.use'), textOf(model, 'intended_use')],
    [t('card.does'), textOf(model, 'description')],
    [t('card.input'), textOf(model.inputs, 'description')],
    [t('card.confidence'), textOf(model.outputs, 'confidence')],
    [t('card.limits'), [textOf(model, 'limits')].flat().join('\n')],
    [t('card.licence'), model.licence],
  ].filter(([, text]) => text);
  return [
    h('summary', {}, `${t('card.title')}: ${modelName(model)} ${model.version}`),
    h(
      'dl',
      {},
      rows.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]),
    ),
  ];
}
