// Volumes in a report of measurements: a measurement group each (PS3.16 TID 1501), whose volume is inferred from
// its contours (TID 300, TID 320). OHIF draws the contours by groups of their own, and must not see these.
import { core, instanceOf } from './cornerstone.js';
import { items } from './reports.js';

/**
 * @import { Code, ContentItem, Report } from '../types/ohif'
 * @import { Contour, Volume } from './volumes.js'
 * @typedef {{ uid: string, interpolated: boolean }} StoredVolume
 */

const IMAGING_MEASUREMENTS = '126010';
const GROUP = code('125007', 'DCM', 'Measurement Group');
const TRACKING_IDENTIFIER = code('112039', 'DCM', 'Tracking Identifier');
const TRACKING_UID = code('112040', 'DCM', 'Tracking Unique Identifier');
const FINDING = code('121071', 'DCM', 'Finding');
const COMMENT = code('121106', 'DCM', 'Comment');
const VOLUME = code('118565006', 'SCT', 'Volume');
const MILLILITRE = code('mL', 'UCUM', 'milliliter');
const FREE_TEXT = 'CORNERSTONEFREETEXT';
/** How a tracking identifier of ours begins: no tool of OHIF's does. */
const OURS = 'NeuroNova volume';
const INTERPOLATED = 'interpolated';

/**
 * @param {string} CodeValue
 * @param {string} CodingSchemeDesignator
 * @param {string} CodeMeaning
 * @returns {Code & { CodeValue: string }}
 */
function code(CodeValue, CodingSchemeDesignator, CodeMeaning) {
  return { CodeValue, CodingSchemeDesignator, CodeMeaning };
}

/** @param {string} value @param {ContentItem} item */
const isOf = (value, item) => items(item.ConceptNameCodeSequence)[0]?.CodeValue === value;

/** @param {Report} report */
const measurementsOf = report =>
  items(report.ContentSequence).find(item => isOf(IMAGING_MEASUREMENTS, item));

/**
 * @param {Report} report before it is sent
 * @param {Volume[]} volumes
 * @param {Map<string, string>} uids by key the Tracking UID of each; of a new one it is added
 */
export function addVolumes(report, volumes, uids) {
  const found = measurementsOf(report);
  if (!found || !volumes.length) return;
  for (const { key } of volumes) if (!uids.has(key)) uids.set(key, newUid());
  const groups = volumes.map(volume => groupOf(volume, uids.get(volume.key) ?? ''));
  found.ContentSequence = [...items(found.ContentSequence), ...groups];
}

const newUid = () => `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll('-', '')}`)}`;

/**
 * Take the volumes out of a report that is to be drawn.
 *
 * @param {Report} report
 * @returns {Map<string, StoredVolume>} by key
 */
export function takeVolumes(report) {
  const found = measurementsOf(report);
  const all = items(found?.ContentSequence);
  const ours = all.filter(group =>
    items(group.ContentSequence).some(item => item.TextValue?.startsWith(`${OURS}:`)),
  );
  if (found && ours.length) found.ContentSequence = all.filter(group => !ours.includes(group));
  return new Map(ours.map(storedVolume));
}

/**
 * @param {ContentItem} group
 * @returns {[string, StoredVolume]}
 */
function storedVolume(group) {
  const parts = items(group.ContentSequence);
  const named = parts.find(item => item.TextValue?.startsWith(`${OURS}:`));
  const uid = parts.find(item => isOf(TRACKING_UID.CodeValue, item))?.UID ?? '';
  const comment = parts.find(item => isOf(COMMENT.CodeValue, item))?.TextValue ?? '';
  const key = named?.TextValue?.slice(OURS.length + 1) ?? '';
  return [key, { uid, interpolated: comment.includes(INTERPOLATED) }];
}

/**
 * @param {Volume} volume
 * @param {string} uid
 * @returns {ContentItem}
 */
function groupOf({ key, label, ml, slices, missing, interpolated, contours }, uid) {
  const comment = missing
    ? `${slices} slices, ${missing} ${interpolated ? INTERPOLATED : 'without a contour, not counted'}`
    : `${slices} slices`;
  return item('CONTAINS', 'CONTAINER', GROUP, {
    ContinuityOfContent: 'SEPARATE',
    ContentSequence: [
      item('HAS OBS CONTEXT', 'TEXT', TRACKING_IDENTIFIER, { TextValue: `${OURS}:${key}` }),
      item('HAS OBS CONTEXT', 'UIDREF', TRACKING_UID, { UID: uid }),
      item('CONTAINS', 'CODE', FINDING, {
        ConceptCodeSequence: [code(FREE_TEXT, 'CORNERSTONEJS', label)],
      }),
      item('CONTAINS', 'TEXT', COMMENT, { TextValue: comment }),
      item('CONTAINS', 'NUM', VOLUME, {
        MeasuredValueSequence: [
          { MeasurementUnitsCodeSequence: [MILLILITRE], NumericValue: Number(ml.toFixed(3)) },
        ],
        ContentSequence: contours.map(regionOf),
      }),
    ],
  });
}

/**
 * Where a contour lies on its image.
 *
 * @param {Contour} contour
 * @returns {ContentItem}
 */
function regionOf({ annotation: { metadata, data } }) {
  const { referencedImageId: imageId } = metadata;
  const instance = instanceOf(imageId);
  const isEllipse = metadata.toolName === 'EllipticalROI';
  const points = isEllipse ? axesOf(data?.handles?.points ?? []) : ring([...(data?.contour?.polyline ?? [])]);
  return {
    RelationshipType: 'INFERRED FROM',
    ValueType: 'SCOORD',
    GraphicType: isEllipse ? 'ELLIPSE' : 'POLYLINE',
    GraphicData: points.flatMap(point => core().utilities.worldToImageCoords(imageId, point).slice(0, 2)),
    ContentSequence: [
      {
        RelationshipType: 'SELECTED FROM',
        ValueType: 'IMAGE',
        ReferencedSOPSequence: [
          {
            ReferencedSOPClassUID: instance?.SOPClassUID,
            ReferencedSOPInstanceUID: instance?.SOPInstanceUID,
            ...(Number(instance?.NumberOfFrames) > 1 && { ReferencedFrameNumber: instance?.frameNumber }),
          },
        ],
      },
    ],
  };
}

/** The ends of the longer axis first (PS3.3 C.18.6.1.2). @param {number[][]} points bottom, top, left, right */
export function axesOf([bottom, top, left, right]) {
  const length = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    Math.hypot(...a.map((value, axis) => value - b[axis]));
  const tall = length(bottom, top) > length(left, right);
  return tall ? [top, bottom, left, right] : [left, right, top, bottom];
}

/** Closed: the first point again at the end. @param {ArrayLike<number>[]} points */
const ring = points => [...points, points[0]];

/**
 * @param {string} RelationshipType
 * @param {string} ValueType
 * @param {Code} concept
 * @param {Partial<ContentItem>} more
 * @returns {ContentItem}
 */
const item = (RelationshipType, ValueType, concept, more) => ({
  RelationshipType,
  ValueType,
  ConceptNameCodeSequence: [concept],
  ...more,
});
