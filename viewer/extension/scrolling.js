// Panes that scroll together by position: images of one frame of reference, or of two that a person
// accepted a registration of. Any other pane scrolls alone: nobody knows where its images lie.
import { core, instanceOf } from './cornerstone.js';
import { state } from './state.js';
import { viewportOf } from './viewports.js';

/**
 * @import { FrameLink } from '../types/api'
 * @import { Instance } from '../types/ohif'
 * @typedef {number[]} Matrix 4 x 4, row by row
 */

const SAME_DIRECTION = 0.9;
/** @type {Matrix} */
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * @param {number[]} a
 * @param {number[]} b
 */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** @param {Instance | undefined} instance */
const axesOf = instance => {
  const axes = Array.from(instance?.ImageOrientationPatient ?? [1, 0, 0, 0, 1, 0], Number);
  return { row: axes.slice(0, 3), column: axes.slice(3) };
};

/** @param {Instance | undefined} instance */
function normalOf(instance) {
  const { row, column } = axesOf(instance);
  return [0, 1, 2].map(at => {
    const [next, after] = [(at + 1) % 3, (at + 2) % 3];
    return row[next] * column[after] - row[after] * column[next];
  });
}

/** @param {Instance} instance */
function centreOf(instance) {
  const { row, column } = axesOf(instance);
  const spacing = Array.from(instance.PixelSpacing ?? [1, 1], Number);
  const across = ((Number(instance.Columns) - 1) / 2) * spacing[1];
  const down = ((Number(instance.Rows) - 1) / 2) * spacing[0];
  return Array.from(instance.ImagePositionPatient, (value, at) =>
    Number(value) + row[at] * across + column[at] * down,
  );
}

/**
 * @param {Matrix} matrix
 * @param {number[]} vector
 * @param {0 | 1} [place] 1: of a point; 0: of a direction
 */
const through = (matrix, vector, place = 1) =>
  [0, 4, 8].map(at => dot(matrix.slice(at, at + 3), vector) + place * matrix[at + 3]);

/**
 * Of a rigid transformation.
 *
 * @param {Matrix} m
 * @returns {Matrix}
 */
function inverse(m) {
  const turned = [[m[0], m[4], m[8]], [m[1], m[5], m[9]], [m[2], m[6], m[10]]];
  const moved = turned.map(row => -dot(row, [m[3], m[7], m[11]]));
  return [...turned.flatMap((row, at) => [...row, moved[at]]), 0, 0, 0, 1];
}

/**
 * From one frame of reference to another; null where nothing tells.
 *
 * @param {string | undefined} from
 * @param {string | undefined} to
 * @param {FrameLink[]} links
 * @returns {Matrix | null}
 */
export function frameMap(from, to, links) {
  if (!from || !to) return null;
  if (from === to) return IDENTITY;
  for (const link of links) {
    const ends = [link.from_frame_of_reference_uid, link.to_frame_of_reference_uid];
    if (ends[0] === from && ends[1] === to) return link.matrix;
    if (ends[0] === to && ends[1] === from) return inverse(link.matrix);
  }
  return null;
}

/**
 * The image of `targets` that lies where `source` does; -1: their frames of reference have nothing to do
 * with each other, or their planes have not.
 *
 * @param {Instance} source
 * @param {(Instance | undefined)[]} targets
 * @param {FrameLink[]} links
 */
export function imageAt(source, targets, links) {
  const first = targets.find(Boolean);
  const matrix = frameMap(source.FrameOfReferenceUID, first?.FrameOfReferenceUID, links);
  if (!matrix || !first) return -1;
  const normal = normalOf(first);
  if (Math.abs(dot(through(matrix, normalOf(source), 0), normal)) < SAME_DIRECTION) return -1;
  const wanted = dot(through(matrix, centreOf(source)), normal);
  const away = targets.map(one => (one ? Math.abs(dot(centreOf(one), normal) - wanted) : Infinity));
  return away.indexOf(Math.min(...away));
}

const ATTEMPTS = 5;

/**
 * Bring `targetId` to where `sourceId` is; again, if its own first image came meanwhile.
 *
 * @param {string} sourceId
 * @param {string} targetId
 * @param {FrameLink[]} links
 */
async function follow(sourceId, targetId, links) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [here, there] = [viewportOf(sourceId), viewportOf(targetId)];
    const source = instanceOf(here?.getCurrentImageId?.());
    if (!source || !there?.setImageIdIndex) return;
    const index = imageAt(source, there.getImageIds().map(instanceOf), links);
    if (index < 0 || index === there.getCurrentImageIdIndex()) return;
    await there.setImageIdIndex(index);
  }
}

/**
 * From now on the panes go where the one goes that somebody scrolls; the others start where the first is.
 *
 * @param {string[]} panes
 * @param {FrameLink[]} links
 * @returns {Promise<() => void>} ends it
 */
export async function scrollTogether(panes, links) {
  /** @type {Set<string>} panes that are being brought along: what they show is nobody's scrolling */
  const following = new Set();
  /** @param {string} source */
  const lead = source => {
    if (!state.prior.linked || following.has(source)) return [];
    return panes
      .filter(id => id !== source)
      .map(async id => {
        following.add(id);
        await follow(source, id, links).finally(() => following.delete(id));
      });
  };
  const { STACK_NEW_IMAGE } = core().Enums.Events;
  const heard = panes.map(id => {
    const { element } = viewportOf(id);
    const listener = () => void lead(id);
    element.addEventListener(STACK_NEW_IMAGE, listener);
    return () => element.removeEventListener(STACK_NEW_IMAGE, listener);
  });
  await Promise.all(lead(panes[0]));
  return () => heard.forEach(stop => stop());
}
