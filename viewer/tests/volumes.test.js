// Volumes of contours on slices: a sphere of known size, gaps, and the way through a report.
import { beforeEach, expect, it } from 'vitest';
import { addVolumes, takeVolumes } from '../extension/volumeGroups.js';
import { connect, state, update } from '../extension/state.js';
import { countVolumes, interpolate, nameNew } from '../extension/volumes.js';

const RADIUS = 15;
const SPHERE_ML = ((4 / 3) * Math.PI * RADIUS ** 3) / 1000;
const APART = 2;
const HEIGHTS = Array.from({ length: 21 }, (_, at) => at * APART - 20);
const KEY = JSON.stringify(['Tumour', '2.25.9']);
const instance = at => ({
  SOPInstanceUID: `2.25.${at}`,
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
  SeriesInstanceUID: '2.25.9',
  ImagePositionPatient: [0, 0, HEIGHTS[at]],
  ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
});
const changed = [];
let drawn;
let images;

/** A circle, as an ellipse or by hand. */
function circle(at, radius, toolName) {
  const angles = Array.from({ length: 90 }, (_, step) => (step * Math.PI) / 45);
  const polyline = angles.map(angle => [radius * Math.cos(angle), radius * Math.sin(angle), HEIGHTS[at]]);
  const points = [[0, radius], [0, -radius], [-radius, 0], [radius, 0]].map(point => [...point, HEIGHTS[at]]);
  const data = toolName === 'EllipticalROI' ? { handles: { points } } : { contour: { closed: true, polyline } };
  return { annotationUID: `${at}`, metadata: { toolName, referencedImageId: at }, data };
}

const report = () => ({
  ContentSequence: {
    ConceptNameCodeSequence: { CodeValue: '126010' },
    ContentSequence: { ConceptNameCodeSequence: { CodeValue: '125007' } },
  },
});

beforeEach(() => {
  changed.length = 0;
  images = HEIGHTS.map((_, at) => instance(at));
  drawn = HEIGHTS.flatMap((height, at) =>
    Math.abs(height) < RADIUS
      ? [circle(at, Math.sqrt(RADIUS ** 2 - height ** 2), at % 2 ? 'EllipticalROI' : 'PlanarFreehandROI')]
      : [],
  );
  window.cornerstone = {
    metaData: { get: (_, at) => instance(at) },
    utilities: { worldToImageCoords: (_, [x, y]) => [x, y] },
  };
  window.cornerstoneTools = { annotation: { state: { getAllAnnotations: () => drawn } } };
  const measurementService = {
    getMeasurements: () => drawn.map(({ annotationUID: uid }) => ({ uid, label: 'Tumour ' })),
    getMeasurement: uid => ({ uid, toolName: 'EllipticalROI', label: '' }),
    update: (...change) => changed.push(change),
  };
  const displaySetService = { getDisplaySetsForSeries: () => [{ images }] };
  connect({ servicesManager: { services: { measurementService, displaySetService } } }, {});
  update({ rois: { name: '', volumes: [], interpolated: [] } });
});

it('a sphere has its volume, whichever tool drew a slice', () => {
  countVolumes();
  const [found] = state.rois.volumes;
  expect(Math.abs(found.ml / SPHERE_ML - 1)).toBeLessThan(0.01);
  expect([found.label, found.slices, found.missing]).toEqual(['Tumour', 15, 0]);
});

it('images of two b-values in one place are no gaps', () => {
  images = images.flatMap(image => [image, { ...image, SOPInstanceUID: `${image.SOPInstanceUID}.1` }]);
  countVolumes();
  const [found] = state.rois.volumes;
  expect(Math.abs(found.ml / SPHERE_ML - 1)).toBeLessThan(0.01);
  expect([found.slices, found.missing]).toEqual([15, 0]);
});

it('a gap is said, and filled only where somebody asks', () => {
  drawn = drawn.filter(({ annotationUID: uid }) => !['9', '10'].includes(uid));
  countVolumes();
  const [without] = state.rois.volumes;
  expect([without.missing, without.ml / SPHERE_ML < 0.85]).toEqual([2, true]);
  interpolate(KEY, true, countVolumes);
  const [filled] = state.rois.volumes;
  expect([filled.missing, filled.interpolated]).toEqual([2, true]);
  expect(Math.abs(filled.ml / SPHERE_ML - 1)).toBeLessThan(0.02);
});

it('one slice, an open line or no name is no volume', () => {
  drawn = drawn.slice(0, 2);
  drawn[0] = circle(4, 5, 'PlanarFreehandROI');
  drawn[0].data.contour.closed = false;
  countVolumes();
  expect(state.rois.volumes).toEqual([]);
});

it('a report carries each volume with its contours, and is drawn without them', () => {
  drawn = drawn.filter(({ annotationUID: uid }) => uid !== '10');
  interpolate(KEY, true, countVolumes);
  const [made, uids] = [report(), new Map()];
  addVolumes(made, state.rois.volumes, uids);
  const [, group] = made.ContentSequence.ContentSequence;
  const number = group.ContentSequence.find(({ ValueType }) => ValueType === 'NUM');
  expect(number.MeasuredValueSequence[0].NumericValue).toBeCloseTo(state.rois.volumes[0].ml, 2);
  expect(new Set(number.ContentSequence.map(({ GraphicType }) => GraphicType))).toEqual(
    new Set(['ELLIPSE', 'POLYLINE']),
  );
  expect(number.ContentSequence).toHaveLength(14);
  const stored = takeVolumes(made);
  expect([...stored]).toEqual([[KEY, { uid: uids.get(KEY), interpolated: true }]]);
  expect(made.ContentSequence.ContentSequence).toHaveLength(1);
  expect(takeVolumes(made).size).toBe(0);
});

it('a new contour gets the name of the panel', () => {
  nameNew('1');
  update({ rois: { ...state.rois, name: ' Oedema ' } });
  nameNew('1');
  expect(changed).toEqual([['1', { uid: '1', toolName: 'EllipticalROI', label: 'Oedema' }, true]]);
});
