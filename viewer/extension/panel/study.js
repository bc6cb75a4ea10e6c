// Windows, measurements and earlier studies.
import { button, h, refill } from '../dom.js';
import { closePrior, openPrior, scrolling, setLinked } from '../hanging.js';
import { noteChange, saveMeasurements } from '../measurements.js';
import { seriesNotes } from '../series.js';
import { may } from '../session.js';
import { ml, t } from '../texts.js';
import { activeDisplaySet } from '../viewports.js';
import { NAME_LENGTH, interpolate, nameContours } from '../volumes.js';
import { calendarDate } from '../when.js';
import { applyPreset, presets } from '../windows.js';
import { section, visible } from './section.js';

/**
 * @import { Prior, Study } from '../../types/api'
 * @import { PanelState } from '../state.js'
 * @import { Volume } from '../volumes.js'
 */

export function seriesSection() {
  const list = h('ul', { className: 'cdss-warnings', role: 'status' });
  const element = section('series', list);

  function show() {
    const found = activeDisplaySet();
    const notes = found ? seriesNotes(found) : [];
    const count = found?.numImageFrames ?? 0;
    visible(element, notes.length > 0);
    refill(list, notes, () => notes.map(note => h('li', {}, t(note, { count }))));
  }
  return { element, show };
}

export function windowsSection() {
  const buttons = h('div', { className: 'cdss-row' });
  const element = section('window', buttons);
  const show = () =>
    refill(buttons, presets(), () =>
      presets().map(({ label, key }, index) =>
        button(`${key} ${label}`, () => applyPreset(index), { 'data-window': key }),
      ),
    );
  return { element, show };
}

export function measurementsSection() {
  const save = button(t('measure.save'), saveMeasurements, { id: 'cdss-measure-save' });
  const status = h('p', { className: 'cdss-note', role: 'status', id: 'cdss-measure-state' });
  const name = h('input', {
    id: 'cdss-roi-name',
    maxLength: NAME_LENGTH,
    placeholder: t('roi.name'),
    'aria-label': t('roi.name'),
    oninput: () => nameContours(name.value),
  });
  const hint = h('p', { className: 'cdss-note' }, t('roi.hint'));
  const volumes = h('ul', { className: 'cdss-volumes', role: 'status' });
  const element = section('measure', status, save, name, hint, volumes);

  /** @param {PanelState} state */
  function show({ measurements: { count, saved, status: busy, problem }, rois }) {
    status.textContent = problem || t(saved ? 'measure.saved' : 'measure.unsaved', { count });
    visible(save, may('upload_dicom'));
    save.disabled = !count || saved || busy === 'saving';
    element.dataset.saved = String(saved);
    element.dataset.count = String(count);
    if (name.value !== rois.name) name.value = rois.name;
    const shown = rois.volumes.map(({ key, ml: value, slices, missing, interpolated }) => [key, value, slices, missing, interpolated]);
    refill(volumes, shown, () => rois.volumes.map(volumeRow));
  }
  return { element, show };
}

/** @param {Volume} volume */
function volumeRow({ key, label, ml: value, slices, missing, interpolated }) {
  const line = t('roi.volume', { name: label, volume: ml(value), slices });
  const gap = missing
    ? [t(interpolated ? 'roi.interpolated' : 'roi.missing', { count: missing })]
    : [];
  const fill = h('input', {
    type: 'checkbox',
    checked: interpolated,
    onchange: () => interpolate(key, fill.checked, noteChange),
  });
  const choice = missing ? [h('label', { className: 'cdss-check' }, fill, t('roi.interpolate'))] : [];
  return h('li', { 'data-roi': label, 'data-ml': value.toFixed(3) }, [line, ...gap].join(' '), ...choice);
}

export function priorsSection() {
  const list = h('ul', { className: 'cdss-priors' });
  const linked = h('input', {
    type: 'checkbox',
    id: 'cdss-linked',
    onchange: () => setLinked(linked.checked),
  });
  const linking = h(
    'label',
    { className: 'cdss-check', for: 'cdss-linked' },
    linked,
    t('prior.linked'),
  );
  const close = button(t('prior.close'), closePrior, { id: 'cdss-prior-close' });
  const problem = h('p', { className: 'cdss-note', role: 'status' });
  const others = h('ul', { className: 'cdss-priors' });
  const otherTitle = h('h2', {}, t('prior.others'));
  const element = section('prior', list, otherTitle, others, linking, close, problem);

  /** @param {PanelState} state */
  function show({ study, prior }) {
    const { earlier, rest } = byDate(study);
    refill(list, [earlier, prior.open], () =>
      earlier.length ? earlier.map(found => row(found, prior.open)) : [h('li', {}, t('prior.none'))],
    );
    refill(others, [rest, prior.open], () => rest.map(found => row(found, prior.open)));
    visible(otherTitle, rest.length > 0);
    visible(linking, Boolean(prior.open) && scrolling() !== 'alone');
    visible(close, Boolean(prior.open));
    linked.checked = prior.linked;
    problem.textContent = prior.problem;
    visible(problem, Boolean(prior.problem));
  }
  return { element, show };
}

/**
 * The patient's studies before this one, and those of which that cannot be said.
 *
 * @param {Study | null} study
 */
function byDate(study) {
  const all = [...(study?.priors ?? []), ...(study?.other_studies ?? [])];
  const known = study?.other_studies && new Set(study.priors);
  /** @param {Prior} found */
  const isEarlier = found =>
    known?.has(found) ??
    Boolean(found.study_date && study?.study_date && found.study_date < study.study_date);
  return { earlier: all.filter(isEarlier), rest: all.filter(found => !isEarlier(found)) };
}

/**
 * @param {Prior} prior
 * @param {string | null} open
 */
function row(
  { study_instance_uid: uid, study_date: date, description, modalities, instance_count: instances, image_count: count = instances },
  open,
) {
  const label = [date && calendarDate(date), description, modalities.join('/'), t('prior.images', { count })]
    .filter(Boolean)
    .join(' · ');
  return h(
    'li',
    {},
    h('span', {}, label),
    button(t('prior.open'), () => openPrior(uid), {
      disabled: uid === open,
      'data-prior': uid,
    }),
  );
}
