// Approve or reject, and how far the approved result has come on its way out.
import { button, h, refill } from '../dom.js';
import { decide } from '../review.js';
import { may } from '../session.js';
import { t, when } from '../texts.js';
import { section, visible } from './section.js';

export function reviewSection() {
  const comment = h('textarea', {
    id: 'cdss-comment',
    rows: 2,
    maxLength: 500,
    placeholder: t('review.comment'),
    'aria-label': t('review.comment'),
  });
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

  function show({ job, maskStatus, saveStatus }) {
    visible(element, job?.status === 'COMPLETED');
    if (element.hidden) return;
    const open = job.review_status === 'PENDING';
    visible(form, open && may('review_ai'));
    const saved = !['saving', 'waiting', 'conflict'].includes(saveStatus);
    approve.disabled = Boolean(job.segmentation) && !(maskStatus === 'drawn' && saved);
    visible(decided, !open || !may('review_ai'));
    decided.textContent = open
      ? t('rights.review')
      : t(`review.by.${job.review_status}`, {
          who: job.reviewed_by,
          when: when(job.reviewed_at),
        }) + (job.review_comment ? ` «${job.review_comment}»` : '');
    steps.dataset.status = job.publication.status;
    visible(steps, job.review_status === 'APPROVED');
    refill(steps, job.publication, () => publicationSteps(job));
  }
  return { element, show };
}

function publicationSteps({ segmentation, publication: { status, seg, fhir } }) {
  const rows = [
    ['publish.approved', true, null],
    ...(segmentation
      ? [
          ['publish.stored', Boolean(seg?.stored_at), seg?.stored_at],
          ['publish.seen', Boolean(seg?.seen_at), seg?.seen_at],
        ]
      : []),
    ['publish.report', Boolean(fhir?.at), fhir?.at],
  ];
  const failed =
    status === 'FAILED' ? [h('li', { className: 'cdss-failed' }, t('publish.failed'))] : [];
  return [
    ...rows.map(([name, done, at]) =>
      h(
        'li',
        { className: done ? 'cdss-done' : '' },
        `${done ? '✓' : '…'} ${t(name)}${at ? ` · ${when(at)}` : ''}`,
      ),
    ),
    ...failed,
  ];
}
