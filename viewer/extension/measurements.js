// Measurements as DICOM SR (TID 1500): stored through STOW-RS, and drawn again on reopening.
import { may } from './session.js';
import { state, update } from './store.js';
import { t } from './texts.js';

const SERIES_DESCRIPTION = 'NeuroNova measurements';
const SR = 'SR';
const WAIT_FOR_REPORTS_MS = 15_000;

let services = null;
let commands = null;
let restoring = false;

export function start({ servicesManager, commandsManager }) {
  services = servicesManager.services;
  commands = commandsManager;
  const { measurementService } = services;
  const { MEASUREMENT_ADDED, MEASUREMENT_UPDATED, MEASUREMENT_REMOVED, RAW_MEASUREMENT_ADDED,
    MEASUREMENTS_CLEARED } = measurementService.EVENTS;
  const names = [MEASUREMENT_ADDED, MEASUREMENT_UPDATED, MEASUREMENT_REMOVED, RAW_MEASUREMENT_ADDED,
    MEASUREMENTS_CLEARED];
  const stops = names.map(name => measurementService.subscribe(name, noteChange));
  restore();
  return () => stops.forEach(({ unsubscribe }) => unsubscribe());
}

function noteChange() {
  const count = services.measurementService.getMeasurements().length;
  const saved = restoring || (count === 0 && state.measurements.count === 0);
  update({ measurements: { ...state.measurements, count, saved } });
}

export async function saveMeasurements() {
  if (!may('upload_dicom')) return;
  const measurementData = services.measurementService.getMeasurements();
  update({ measurements: { ...state.measurements, status: 'saving', problem: '' } });
  try {
    await commands.runCommand('storeMeasurements', {
      measurementData,
      dataSource: 'ris',
      additionalFindingTypes: ['ArrowAnnotate'],
      options: { SeriesDescription: SERIES_DESCRIPTION, SeriesNumber: 4700 },
    }, 'CORNERSTONE_STRUCTURED_REPORT');
    update({ measurements: { ...state.measurements, status: 'idle', saved: true } });
  } catch {
    update({ measurements: { ...state.measurements, status: 'idle', problem: t('measure.failed') } });
  }
}

/** The newest report of ours holds all measurements that were there when it was saved. */
async function restore() {
  const expected = (state.study?.series ?? []).filter(series => series.modality === SR).length;
  if (!expected) return;
  const reports = await reportsOf(expected);
  const ours = reports.filter(found => found.SeriesDescription === SERIES_DESCRIPTION);
  const newest = ours.sort((a, b) => timeOf(b).localeCompare(timeOf(a)))[0];
  if (!newest) return;
  restoring = true;
  try {
    await newest.load?.();
    commands.runCommand('hydrateStructuredReport',
      { displaySetInstanceUID: newest.displaySetInstanceUID }, 'CORNERSTONE_STRUCTURED_REPORT');
  } catch {
    update({ measurements: { ...state.measurements, problem: t('measure.unreadable') } });
  } finally {
    setTimeout(() => {
      restoring = false;
    }, 500);
  }
}

const timeOf = ({ instance }) => `${instance?.ContentDate ?? ''}${instance?.ContentTime ?? ''}`;

async function reportsOf(expected) {
  const { displaySetService } = services;
  const find = () => displaySetService.getDisplaySetsBy(found => found.Modality === SR && found.instance);
  const deadline = Date.now() + WAIT_FOR_REPORTS_MS;
  while (find().length < expected && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return find();
}
