// Fill between slices: shapes are interpolated by their signed distance (Raya and Udupa 1990),
// here and in the page, because OHIF's own filler fetches its code from outside.
import { labelsChanged, undoable } from './cornerstone.js';
import { MASK } from './mask.js';
import { layer } from './state.js';

const FAR = 1e10;

/**
 * Squared distance to the nearest zero of `line`, in place (Felzenszwalb and Huttenlocher 2012).
 *
 * @param {Float64Array} line
 * @param {number} length
 * @param {{ hull: Int32Array, bounds: Float64Array, source: Float64Array }} scratch
 */
function squaredDistance(line, length, scratch) {
  const { hull, bounds, source } = scratch;
  source.set(line.subarray(0, length));
  let last = 0;
  hull[0] = 0;
  bounds[0] = -FAR;
  bounds[1] = FAR;
  for (let at = 1; at < length; at += 1) {
    let crossing;
    do {
      const from = hull[last];
      crossing = (source[at] + at * at - (source[from] + from * from)) / (2 * (at - from));
    } while (crossing <= bounds[last] && (last -= 1) >= 0);
    last += 1;
    hull[last] = at;
    bounds[last] = crossing;
    bounds[last + 1] = FAR;
  }
  last = 0;
  for (let at = 0; at < length; at += 1) {
    while (bounds[last + 1] < at) last += 1;
    const from = hull[last];
    line[at] = (at - from) * (at - from) + source[from];
  }
}

/**
 * @param {Uint8Array} inside
 * @param {number} rows
 * @param {number} columns
 */
function distanceTo(inside, rows, columns) {
  const field = Float64Array.from(inside, value => (value ? 0 : FAR));
  const size = Math.max(rows, columns);
  const scratch = {
    hull: new Int32Array(size),
    bounds: new Float64Array(size + 1),
    source: new Float64Array(size),
  };
  const column = new Float64Array(rows);
  for (let x = 0; x < columns; x += 1) {
    for (let y = 0; y < rows; y += 1) column[y] = field[y * columns + x];
    squaredDistance(column, rows, scratch);
    for (let y = 0; y < rows; y += 1) field[y * columns + x] = column[y];
  }
  for (let y = 0; y < rows; y += 1) {
    squaredDistance(field.subarray(y * columns, (y + 1) * columns), columns, scratch);
  }
  return field.map(Math.sqrt);
}

/**
 * In pixels: positive inside the label, negative outside.
 *
 * @param {Uint8Array} slice
 * @param {number} label
 * @param {number} rows
 * @param {number} columns
 */
function signedDistance(slice, label, rows, columns) {
  const outside = distanceTo(
    slice.map(value => Number(value === label)),
    rows,
    columns,
  );
  const inside = distanceTo(
    slice.map(value => Number(value !== label)),
    rows,
    columns,
  );
  return inside.map((value, at) => value - outside[at]);
}

/**
 * Pairs of slices with work between them: gaps first, else what was edited by hand.
 *
 * @param {boolean[]} filled
 * @param {Set<number>} edited
 * @returns {[number, number][]}
 */
function fillPairs(filled, edited) {
  /** @type {[number, number][]} */
  const gaps = [];
  const present = filled.flatMap((value, index) => (value ? [index] : []));
  for (let at = 1; at < present.length; at += 1) {
    if (present[at] - present[at - 1] > 1) gaps.push([present[at - 1], present[at]]);
  }
  if (gaps.length) return gaps;
  const touched = present.filter(index => edited.has(index));
  return touched.slice(1).flatMap((to, at) => {
    const from = touched[at];
    return to - from > 1 ? [/** @type {[number, number]} */ ([from, to])] : [];
  });
}

/**
 * Interpolate one segment; undoable.
 *
 * @param {number} label
 * @returns the number of slices that were written
 */
export function fillBetween(label) {
  const { rows, columns } = layer.grid;
  const slices = layer.labels;
  const filled = slices.map(slice => slice.includes(label));
  /** @type {Map<number, Uint8Array>} */
  const before = new Map();
  for (const [from, to] of fillPairs(filled, layer.edited)) {
    const start = signedDistance(slices[from], label, rows, columns);
    const end = signedDistance(slices[to], label, rows, columns);
    for (let index = from + 1; index < to; index += 1) {
      const part = (index - from) / (to - from);
      before.set(index, slices[index].slice());
      write(slices[index], label, at => start[at] * (1 - part) + end[at] * part > 0);
    }
  }
  if (before.size) makeUndoable(before, slices);
  return before.size;
}

/**
 * Other segments are left alone.
 *
 * @param {Uint8Array} slice
 * @param {number} label
 * @param {(at: number) => boolean} belongs
 */
function write(slice, label, belongs) {
  for (let at = 0; at < slice.length; at += 1) {
    if (slice[at] !== 0 && slice[at] !== label) continue;
    slice[at] = belongs(at) ? label : 0;
  }
}

/**
 * @param {Map<number, Uint8Array>} before
 * @param {Uint8Array[]} slices
 */
function makeUndoable(before, slices) {
  const after = new Map([...before.keys()].map(index => [index, slices[index].slice()]));
  undoable(undo => {
    for (const [index, content] of undo ? before : after) slices[index].set(content);
    labelsChanged(MASK);
  });
  labelsChanged(MASK);
}
