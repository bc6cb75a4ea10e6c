// Measurements as DICOM SR (TID 1500): stored through STOW-RS, and drawn again on reopening. A person
// has one report per study: each save is its next version and names the one before.
import { get } from './api.js';
import { core, instanceOf, tools } from './cornerstone.js';
import { authorOf, chained, lengthenCodes, newestOf, shortenCodes, versionOf } from './reports.js';
import { may } from './session.js';
import { commands, identity, services, state, update, work } from './state.js';
import { t } from './texts.js';
import { addVolumes, takeVolumes } from './volumeGroups.js';
import { countVolumes, nameNew } from './volumes.js';

const SERIES_DESCRIPTION = 'NeuroNova measurements';
const SR = 'SR';
const WAIT_FOR_REPORTS_MS = 15_000;

/** @import { Annotation, DisplaySet, Report } from '../types/ohif' */

/** @returns what ends the listening */
export function start() {
  const { measurementService } = services();
  const {
    MEASUREMENT_ADDED,
    MEASUREMENT_UPDATED,
    MEASUREMENT_REMOVED,
    RAW_MEASUREMENT_ADDED,
    MEASUREMENTS_CLEARED,
  } = measurementService.EVENTS;
  const names = [
    MEASUREMENT_ADDED,
    MEASUREMENT_UPDATED,
    MEASUREMENT_REMOVED,
    RAW_MEASUREMENT_ADDED,
    MEASUREMENTS_CLEARED,
  ];
  const stops = names.map(name => measurementService.subscribe(name, noteChange));
  stops.push(
    measurementService.subscribe(
      MEASUREMENT_ADDED,
      /** @param {{ measurement: { uid: string } }} event */
      ({ measurement }) => nameNew(measurement.uid),
    ),
  );
  void restore();
  return () => stops.forEach(({ unsubscribe }) => unsubscribe());
}

/** Where and with which words, and which gaps are filled, not how it is drawn. */
function content() {
  const found = services().measurementService.getMeasurements();
  const parts = found.map(({ uid, points, label }) => [
    uid,
    points?.flat().map(value => value.toFixed(2)),
    label,
  ]);
  return parts.length ? JSON.stringify([parts, state.rois.interpolated]) : '';
}

export function noteChange() {
  countVolumes();
  const count = services().measurementService.getMeasurements().length;
  update({ measurements: { ...state.measurements, count, saved: content() === work.storedMeasurements } });
}

export async function saveMeasurements() {
  if (!may('upload_dicom')) return;
  const measurementData = services().measurementService.getMeasurements();
  const sent = content();
  update({ measurements: { ...state.measurements, status: 'saving', problem: '' } });
  try {
    const stored = await commands().runCommand(
      'storeMeasurements',
      {
        measurementData,
        dataSource: 'ris',
        additionalFindingTypes: ['ArrowAnnotate'],
        options: { SeriesDescription: SERIES_DESCRIPTION, SeriesNumber: 4700 },
      },
      'CORNERSTONE_STRUCTURED_REPORT',
    );
    work.report = versionOf(/** @type {Report} */ (stored));
    work.storedMeasurements = sent;
    update({ measurements: { ...state.measurements, status: 'idle' } });
    noteChange();
    void listReports();
  } catch {
    update({
      measurements: { ...state.measurements, status: 'idle', problem: t('measure.failed') },
    });
  }
}

/**
 * OHIF hands every report in before it sends it.
 *
 * @param {{ naturalizedReport: Report, dicomDict?: object }} store
 */
export function beforeStore({ naturalizedReport, dicomDict }) {
  chained(naturalizedReport, work.report);
  countVolumes();
  addVolumes(naturalizedReport, state.rois.volumes, work.volumeUids);
  lengthenCodes(naturalizedReport);
  return dicomDict;
}

async function listReports() {
  const uid = state.study?.study_instance_uid;
  const study = await get(`/api/ris/studies/${uid}/`).catch(() => null);
  if (study) update({ study });
}

/** The person's newest report, else somebody's: it holds all that was there when it was saved. */
async function restore() {
  const expected = (state.study?.series ?? []).filter(series => series.modality === SR).length;
  if (!expected) return;
  const reports = await reportsOf(expected);
  const ours = reports.filter(found => found.SeriesDescription === SERIES_DESCRIPTION);
  for (const found of ours) found.instance = newestOf(found);
  const [newest] = ours.sort(
    (a, b) => Number(isMine(b)) - Number(isMine(a)) || timeOf(b).localeCompare(timeOf(a)),
  );
  if (!newest) return;
  if (newest.instance && isMine(newest)) work.report = versionOf(newest.instance);
  try {
    if (newest.instance) {
      shortenCodes(newest.instance);
      keepVolumes(takeVolumes(newest.instance));
    }
    await newest.load?.();
    commands().runCommand(
      'hydrateStructuredReport',
      { displaySetInstanceUID: newest.displaySetInstanceUID },
      'CORNERSTONE_STRUCTURED_REPORT',
    );
    tools().annotation.state.getAllAnnotations().forEach(orient);
    core().getRenderingEngines()[0]?.render();
  } catch {
    update({ measurements: { ...state.measurements, problem: t('measure.unreadable') } });
  }
  work.storedMeasurements = content();
  noteChange();
}

/** @param {ReturnType<typeof takeVolumes>} stored */
function keepVolumes(stored) {
  for (const [key, { uid }] of stored) work.volumeUids.set(key, uid);
  const interpolated = [...stored].flatMap(([key, found]) => (found.interpolated ? [key] : []));
  update({ rois: { ...state.rois, interpolated } });
}

/**
 * A report names the image, not the plane, without which no area is computed.
 *
 * @param {Annotation} annotation
 */
function orient(annotation) {
  const { metadata } = annotation;
  const orientation = instanceOf(metadata.referencedImageId)?.ImageOrientationPatient;
  if (!orientation) return;
  const [rx, ry, rz, cx, cy, cz] = Array.from(orientation, Number);
  upright(annotation, [cx, cy, cz]);
  annotation.invalidated = true;
  if (metadata.viewPlaneNormal) return;
  metadata.viewPlaneNormal = [rz * cy - ry * cz, rx * cz - rz * cx, ry * cx - rx * cy];
  metadata.viewUp = [-cx, -cy, -cz];
}

/**
 * Of an ellipse a report names the longer axis first, the tool the one along the columns.
 *
 * @param {Annotation} annotation
 * @param {number[]} down direction of the columns
 */
function upright({ metadata, data }, down) {
  const points = data?.handles?.points;
  if (metadata.toolName !== 'EllipticalROI' || points?.length !== 4) return;
  const along = (/** @type {number[]} */ from, /** @type {number[]} */ to) =>
    Math.abs(down.reduce((sum, value, axis) => sum + (to[axis] - from[axis]) * value, 0));
  const [a, b, c, d] = points;
  if (along(a, b) < along(c, d)) points.splice(0, 4, c, d, a, b);
}

/** @param {DisplaySet} report */
const isMine = ({ instance }) => Boolean(instance && authorOf(instance) === identity.user?.username);

/** @param {DisplaySet} report */
const timeOf = ({ instance }) => `${instance?.ContentDate ?? ''}${instance?.ContentTime ?? ''}`;

/** @param {number} expected how many there are to wait for */
async function reportsOf(expected) {
  const { displaySetService } = services();
  const find = () =>
    displaySetService.getDisplaySetsBy(found => found.Modality === SR && found.instance);
  const deadline = Date.now() + WAIT_FOR_REPORTS_MS;
  while (find().length < expected && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return find();
}
