// Volumes of regions that are drawn over several slices: closed contours of one name on one series. Each counts
// with the height that its slice stands for; slices between them without one count as nothing, or, where the
// person asks, with the area between their neighbours'.
import { instanceOf, sliceOf, tools } from './cornerstone.js';
import { services, state, update } from './state.js';
import { stackOf } from './viewports.js';

/**
 * @import { Annotation } from '../types/ohif'
 * @typedef {{ label: string, series: string, slice: string, area: number, annotation: Annotation }} Contour
 *   `area`: mm²
 * @typedef {object} Volume
 * @property {string} key of a name on a series
 * @property {string} label
 * @property {number} ml
 * @property {number} slices with a contour
 * @property {number} missing slices between them without one
 * @property {boolean} interpolated
 * @property {Contour[]} contours
 */

export const CLOSED = ['EllipticalROI', 'PlanarFreehandROI', 'SplineROI', 'LivewireContour'];
export const NAME_LENGTH = 64;
const ONE_PLACE_MM = 1e-3;

/** @param {string} label @param {string} series */
export const keyOf = (label, series) => JSON.stringify([label, series]);

/** @param {number[]} a @param {number[]} b */
const distance = (a, b) => Math.hypot(...a.map((value, axis) => value - b[axis]));

/**
 * Half of the length of the sum of the cross products: of a polygon in any plane.
 *
 * @param {number[][]} points mm
 */
function polygonArea(points) {
  const sum = [0, 0, 0];
  points.forEach((from, at) => {
    const to = points[(at + 1) % points.length];
    [0, 1, 2].forEach(axis => {
      const [next, after] = [(axis + 1) % 3, (axis + 2) % 3];
      const [a, b] = [from, to].map(point => point.map((value, of) => value - points[0][of]));
      sum[axis] += a[next] * b[after] - a[after] * b[next];
    });
  });
  return Math.hypot(...sum) / 2;
}

/**
 * In mm²; 0 of what is not closed.
 *
 * @param {Annotation} annotation
 */
function areaOf({ metadata, data }) {
  if (metadata.toolName === 'EllipticalROI') {
    const [bottom, top, left, right] = data?.handles?.points ?? [];
    return right ? (Math.PI * distance(bottom, top) * distance(left, right)) / 4 : 0;
  }
  const { closed, polyline } = data?.contour ?? {};
  return closed && polyline ? polygonArea(polyline.map(point => Array.from(point))) : 0;
}

/** @returns {Contour[]} of the measurements that have a name */
function contours() {
  const names = new Map(
    services()
      .measurementService.getMeasurements()
      .map(({ uid, label }) => [uid, (label ?? '').trim()]),
  );
  return tools()
    .annotation.state.getAllAnnotations()
    .filter(({ metadata }) => CLOSED.includes(metadata.toolName))
    .map(annotation => {
      const { referencedImageId } = annotation.metadata;
      return {
        label: names.get(annotation.annotationUID) ?? '',
        series: instanceOf(referencedImageId)?.SeriesInstanceUID ?? '',
        slice: sliceOf(referencedImageId) ?? '',
        area: areaOf(annotation),
        annotation,
      };
    })
    .filter(({ label, slice, area }) => label && slice && area > 0);
}

/** Of each name that has contours on two slices of a series or more. */
function volumes() {
  const groups = Map.groupBy(contours(), ({ label, series }) => keyOf(label, series));
  return [...groups].flatMap(([key, found]) => volumeOf(key, found) ?? []);
}

/**
 * Images in one place, as of two b-values, are one level, with the larger area.
 *
 * @param {{ name: string, height: number }[]} slices ascending, mm
 * @param {Contour[]} found
 */
function levelsOf(slices, found) {
  const areas = new Map();
  for (const { slice, area } of found) areas.set(slice, (areas.get(slice) ?? 0) + area);
  /** @type {{ height: number, area: number }[]} mm, mm² */
  const levels = [];
  for (const { name, height } of slices) {
    const area = areas.get(name) ?? 0;
    const before = levels.at(-1);
    if (before && height - before.height < ONE_PLACE_MM) before.area = Math.max(before.area, area);
    else levels.push({ height, area });
  }
  return levels;
}

/**
 * @param {string} key
 * @param {Contour[]} found of one name, on one series
 * @returns {Volume | null}
 */
function volumeOf(key, found) {
  const { slices, parallel } = stackOf(found[0].series);
  const levels = levelsOf(slices, found);
  const drawn = levels.flatMap(({ area }, at) => (area ? [at] : []));
  if (!parallel || drawn.length < 2) return null;
  const [first, last] = [drawn[0], drawn[drawn.length - 1]];
  const interpolated = state.rois.interpolated.includes(key);
  let cubic = 0;
  for (let at = first; at <= last; at += 1) {
    cubic += (levels[at].area || (interpolated ? between(at) : 0)) * heightOf(at);
  }
  /** @param {number} at */
  function between(at) {
    const below = levels[drawn.findLast(other => other < at) ?? first];
    const above = levels[drawn.find(other => other > at) ?? last];
    const part = (levels[at].height - below.height) / (above.height - below.height);
    return below.area + (above.area - below.area) * part;
  }
  /** @param {number} at up to halfway to the neighbours */
  function heightOf(at) {
    const [below, above] = [Math.max(at - 1, 0), Math.min(at + 1, levels.length - 1)];
    return (levels[above].height - levels[below].height) / (above - below);
  }
  return {
    key,
    label: found[0].label,
    ml: cubic / 1000,
    slices: drawn.length,
    missing: last - first + 1 - drawn.length,
    interpolated,
    contours: found,
  };
}

/** After any change of a contour, its name or the gaps. */
export const countVolumes = () => update({ rois: { ...state.rois, volumes: volumes() } });

/** @param {string} name of the next contours */
export const nameContours = name => update({ rois: { ...state.rois, name: name.slice(0, NAME_LENGTH) } });

/**
 * Whether the slices without a contour between those with one are interpolated.
 *
 * @param {string} key
 * @param {boolean} wanted
 * @param {() => void} changed what follows from it
 */
export function interpolate(key, wanted, changed) {
  const others = state.rois.interpolated.filter(known => known !== key);
  update({ rois: { ...state.rois, interpolated: wanted ? [...others, key] : others } });
  changed();
}

/**
 * A new contour gets the name that the panel has.
 *
 * @param {string} uid
 */
export function nameNew(uid) {
  const { measurementService } = services();
  const found = measurementService.getMeasurement(uid);
  const { name } = state.rois;
  if (!name.trim() || !found || found.label || !CLOSED.includes(found.toolName ?? '')) return;
  measurementService.update(uid, { ...found, label: name.trim() }, true);
}
