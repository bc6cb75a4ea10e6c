// A report of measurements as one version of its author's: who wrote it, and what it takes the place
// of (PS3.3 C.17.2: Author Observer Sequence, Predecessor Documents Sequence).
import { identity } from './state.js';

/**
 * @import { Code, ContentItem, DisplaySet, Instance, Report } from '../types/ohif'
 * @typedef {object} ReportVersion the newest version that is in the archive
 * @property {string} study
 * @property {string} series
 * @property {string} sop
 * @property {string} sopClass
 * @property {number} number
 */

const SCHEME = '99NNCDSS';
const PERSON_OBSERVER_NAME = '121008'; // DCM, PS3.16 TID 1003

/**
 * Of a sequence with one item OHIF makes the item.
 *
 * @template Item
 * @param {Item | Item[] | undefined} sequence
 * @returns {Item[]}
 */
export function items(sequence) {
  if (Array.isArray(sequence)) return sequence;
  return sequence === undefined ? [] : [sequence];
}

/**
 * The login name, where one of ours is given.
 *
 * @param {Instance} report
 */
export function authorOf({ AuthorObserverSequence }) {
  const codes = items(AuthorObserverSequence).flatMap(author =>
    items(author.PersonIdentificationCodeSequence),
  );
  return codes.find(code => code.CodingSchemeDesignator === SCHEME)?.CodeValue;
}

/**
 * Of a series of versions the one that nobody replaced.
 *
 * @param {DisplaySet} reports
 */
export const newestOf = ({ instances = [], instance }) =>
  [...instances].sort((a, b) => Number(b.InstanceNumber) - Number(a.InstanceNumber))[0] ?? instance;

/**
 * @param {Report | Instance} report
 * @returns {ReportVersion}
 */
export const versionOf = report => ({
  study: report.StudyInstanceUID,
  series: report.SeriesInstanceUID,
  sop: report.SOPInstanceUID,
  sopClass: report.SOPClassUID,
  number: Number(report.InstanceNumber),
});

/**
 * Put the author into a new report, and the version before it.
 *
 * @param {Report} report
 * @param {ReportVersion | null} before
 */
export function chained(report, before) {
  const { user } = identity;
  if (!user) return;
  const name = user.full_name || user.username;
  report.AuthorObserverSequence = [
    {
      ObserverType: 'PSN',
      PersonName: name,
      PersonIdentificationCodeSequence: [
        { CodeValue: user.username, CodingSchemeDesignator: SCHEME, CodeMeaning: name },
      ],
      InstitutionName: '',
      InstitutionCodeSequence: [],
    },
  ];
  for (const item of items(report.ContentSequence)) {
    const [concept] = items(item.ConceptNameCodeSequence);
    if (concept?.CodeValue === PERSON_OBSERVER_NAME) item.PersonName = name;
  }
  if (!before || before.study !== report.StudyInstanceUID) return;
  report.SeriesInstanceUID = before.series;
  report.InstanceNumber = String(before.number + 1);
  report.PredecessorDocumentsSequence = [
    {
      StudyInstanceUID: before.study,
      ReferencedSeriesSequence: [
        {
          SeriesInstanceUID: before.series,
          ReferencedSOPSequence: [
            {
              ReferencedSOPClassUID: before.sopClass,
              ReferencedSOPInstanceUID: before.sop,
            },
          ],
        },
      ],
    },
  ];
}

const SH_LENGTH = 16;

/**
 * Each code of a report, at any depth.
 *
 * @param {Report | ContentItem} part
 * @returns {Code[]}
 */
function codesOf(part) {
  const within = items(part.ContentSequence).flatMap(codesOf);
  return [...items(/** @type {ContentItem} */ (part).ConceptCodeSequence), ...within];
}

/**
 * Code Value holds 16 characters: OHIF's word for free text is longer, and is a Long Code Value (PS3.3 8.1).
 *
 * @param {Report} report before it is sent
 */
export function lengthenCodes(report) {
  for (const code of codesOf(report)) {
    if ((code.CodeValue?.length ?? 0) <= SH_LENGTH) continue;
    code.LongCodeValue = code.CodeValue;
    delete code.CodeValue;
  }
}

/**
 * OHIF knows its word as a Code Value alone.
 *
 * @param {Report} report that is to be drawn
 */
export function shortenCodes(report) {
  for (const code of codesOf(report)) if (code.LongCodeValue) code.CodeValue = code.LongCodeValue;
}
