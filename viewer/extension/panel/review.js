// Approve or reject, and how far the approved result has come on its way out.
import { button, h, refill } from '../dom.js';
import { decide } from '../review.js';
import { may } from '../session.js';
import { t } from '../texts.js';
import { dateTime } from '../when.js';
import { section, visible } from './section.js';

/**
 * @import { Job } from '../../types/api'
 * @import { PanelState } from '../state.js'
 */

export function reviewSection() {
  const comment = h('textarea', {
    id: 'cdss-comment',
    rows: 2,
    maxLength: 500,
    placeholder: t('review.comment'),
    'aria-label': t('review.comment'),
  });
  /** @param {'approve' | 'reject'} decision */
  const give = decision => decide(decision, comment.value.trim());
  const approve = button(t('review.approve'), () => give('approve'), {
    id: 'cdss-approve',
    className: 'cdss-button cdss-primary',
  });
  const reject = button(t('review.reject'), () => give('reject'), {
    id: 'cdss-reject',
    className: 'cdss-button cdss-danger',
  });
  const form = h('div', {}, comment, h('div', { className: 'cdss-row' }, approve, reject));
  const decided = h('p', { className: 'cdss-note' });
  const steps = h('ol', { id: 'cdss-publication', className: 'cdss-steps', 'aria-live': 'polite' });
  const element = section('review', form, decided, steps);

  /** @param {PanelState} state */
  function show({ job, maskStatus, saveStatus, baseVersion }) {
    const completed = job?.status === 'COMPLETED';
    visible(element, completed);
    if (!completed) return;
    const open = job.review_status === 'PENDING';
    visible(form, open && may('review_ai'));
    const unsaved = ['saving', 'waiting', 'conflict'].includes(saveStatus);
    approve.disabled = Boolean(job.segmentation) && (maskStatus !== 'rendered' || unsaved || !baseVersion);
    visible(decided, !open || !may('review_ai'));
    decided.textContent = decisionOf(job);
    steps.dataset.status = job.publication.status;
    visible(steps, job.review_status === 'APPROVED');
    refill(steps, job.publication, () => publicationSteps(job));
  }
  return { element, show };
}

/** @param {Job} job */
function decisionOf(job) {
  const { review_status: status, reviewed_at: at, review_comment } = job;
  if (status !== 'APPROVED' && status !== 'REJECTED') return t('rights.review');
  const who = job.reviewed_by_name || job.reviewed_by || '';
  const sentence = t(`review.by.${status}`, { who, when: at ? dateTime(at) : '' });
  return review_comment ? `${sentence} “${review_comment}”` : sentence;
}

/** @param {Job} job */
function publicationSteps({ segmentation, publication: { status, seg, fhir } }) {
  const rows = [
    { name: t('publish.approved'), done: true, at: null },
    ...(segmentation
      ? [
          { name: t('publish.stored'), done: Boolean(seg?.stored_at), at: seg?.stored_at },
          { name: t('publish.seen'), done: Boolean(seg?.seen_at), at: seg?.seen_at },
        ]
      : []),
    { name: t('publish.report'), done: Boolean(fhir?.at), at: fhir?.at },
  ];
  const failed =
    status === 'FAILED' ? [h('li', { className: 'cdss-failed' }, t('publish.failed'))] : [];
  return [
    ...rows.map(({ name, done, at }) =>
      h(
        'li',
        { className: done ? 'cdss-done' : '' },
        `${done ? '✓' : '…'} ${name}${at ? ` · ${dateTime(at)}` : ''}`,
      ),
    ),
    ...failed,
  ];
}
