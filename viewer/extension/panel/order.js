// What was asked, by whom, how urgently, about whom; and what has been made of the images so far.
import { h, refill } from '../dom.js';
import { t } from '../texts.js';
import { calendarDate } from '../when.js';
import { section, visible } from './section.js';

/**
 * @import { DerivedObject, DerivedSeries, Study } from '../../types/api'
 * @import { TextKey } from '../texts.js'
 * @import { PanelState } from '../state.js'
 */

const PRIORITIES = ['routine', 'urgent', 'stat'];
const SEXES = ['M', 'F', 'O'];

/**
 * @param {string[]} known
 * @param {string} prefix
 * @param {string | null | undefined} value
 */
const word = (known, prefix, value) =>
  value && known.includes(value) ? t(/** @type {TextKey} */ (`${prefix}.${value}`)) : '';

/** @param {Study} study */
function patientOf({ patient_age: age, patient_sex: sex }) {
  const years = typeof age === 'number' ? t('order.age', { years: age }) : '';
  return [years, word(SEXES, 'order.sex', sex)].filter(Boolean).join(', ');
}

/** @param {Study | null} study */
function factsOf(study) {
  if (!study) return [];
  /** @type {[TextKey, string | null | undefined][]} */
  const rows = [
    ['order.clinical_question', study.clinical_question],
    ['order.priority', word(PRIORITIES, 'order.priority', study.priority)],
    ['order.ordered_by', study.ordered_by],
    ['order.patient', patientOf(study)],
  ];
  return rows.filter(([, value]) => value);
}

export function orderSection() {
  const facts = h('dl', { className: 'cdss-facts' });
  const element = section('order', facts);

  /** @param {PanelState} state */
  function show({ study }) {
    const rows = factsOf(study);
    visible(element, rows.length > 0);
    refill(facts, rows, () =>
      rows.flatMap(([key, value]) => [h('dt', {}, t(key)), h('dd', { 'data-fact': key }, value)]),
    );
  }
  return { element, show };
}

/**
 * A DICOM person name as people write it: of several spellings the ideographic one.
 *
 * @param {string} name
 */
function personName(name) {
  const [alphabetic = '', ideographic = ''] = name.split('=');
  if (ideographic) return ideographic.split('^').join('');
  const [family = '', given = ''] = alphabetic.split('^');
  return /\p{Script=Hangul}/u.test(alphabetic) ? `${family}${given}` : `${given} ${family}`.trim();
}

/** @param {DerivedObject} object */
function timeOf({ content_date: date, content_time: time }) {
  if (!date) return '';
  const clock = /^(\d\d):?(\d\d)/.exec(time);
  return [calendarDate(date), clock && `${clock[1]}:${clock[2]}`].filter(Boolean).join(' ');
}

/**
 * @param {TextKey} kind
 * @param {DerivedSeries[]} series
 */
const objectsOf = (kind, series) =>
  series.flatMap(({ objects = [] }) => objects.map(object => ({ kind, object })));

export function objectsSection() {
  const list = h('ul', { className: 'cdss-priors' });
  const element = section('object', list);

  /** @param {PanelState} state */
  function show({ study }) {
    const found = [
      ...objectsOf('object.seg', study?.segmentations ?? []),
      ...objectsOf('object.sr', study?.structured_reports ?? []),
    ];
    visible(element, found.length > 0);
    refill(list, found, () => found.map(({ kind, object }) => row(kind, object)));
  }
  return { element, show };
}

/**
 * @param {TextKey} kind
 * @param {DerivedObject} object
 */
function row(kind, object) {
  const { version, superseded, author, sop_instance_uid: uid } = object;
  const parts = [
    t(kind),
    version && t('object.version', { version }),
    personName(author),
    timeOf(object),
    superseded && t('object.superseded'),
  ];
  return h('li', { 'data-object': uid }, parts.filter(Boolean).join(' · '));
}
