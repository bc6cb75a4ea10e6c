// Drawing with the mouse on an image: what was drawn, in pixels of that image.
import { instanceOf, sliceOf } from './cornerstone.js';
import { viewportOf, viewportsOf } from './viewports.js';

/**
 * @import { DisplaySet, Instance, Viewport } from '../types/ohif'
 * @typedef {[row: number, column: number]} Pixel
 * @typedef {{ slice: string, pixels: Pixel[] }} Drawn `slice`: as the server names it
 */

const SVG = 'http://www.w3.org/2000/svg';
const EVENTS = ['pointerdown', 'mousedown', 'pointermove', 'mousemove', 'pointerup', 'mouseup'];
/** At least this near to the plane of the image, where slices are thin or there is but one. */
const IN_PLANE_MM = 0.5;

/**
 * Take the left button of every pane that shows the series, until the returned function is called.
 *
 * @param {DisplaySet} displaySet
 * @param {boolean} isBox its two corners count, not its path
 * @param {(drawn: Drawn | null) => void} done null: beside the image, or in another plane
 */
export function watchPointer(displaySet, isBox, done) {
  /** @type {{ viewport: Viewport, path: number[][], shape: SVGElement } | null} */
  let stroke = null;

  /** @param {MouseEvent} event */
  function follow(event) {
    if (stroke === null && !event.type.endsWith('down')) return;
    const viewport = stroke?.viewport ?? paneAt(displaySet, event);
    if (!viewport || (stroke === null && event.button !== 0)) return;
    event.stopImmediatePropagation();
    if (event.type.startsWith('pointer')) return; // prevented, no event of the mouse would follow
    event.preventDefault();
    if (event.type === 'mousedown') {
      stroke = { viewport, path: [pointIn(viewport, event)], shape: shapeOn(viewport) };
    } else if (event.type === 'mousemove' && stroke) {
      stroke.path.push(pointIn(viewport, event));
      show(stroke.shape, isBox ? corners(stroke.path) : stroke.path);
    } else if (event.type === 'mouseup' && stroke) {
      const { path, shape } = stroke;
      stroke = null;
      shape.parentElement?.remove();
      done(pixelsOf(viewport, path, halfSlice(displaySet)));
    }
  }
  for (const name of EVENTS)
    window.addEventListener(name, /** @type {EventListener} */ (follow), true);
  return () => {
    for (const name of EVENTS)
      window.removeEventListener(name, /** @type {EventListener} */ (follow), true);
  };
}

/**
 * @param {DisplaySet} displaySet
 * @param {MouseEvent} event
 */
const paneAt = (displaySet, { target }) =>
  viewportsOf(displaySet)
    .map(viewportOf)
    .find(found => target instanceof Node && found?.element.contains(target));

/**
 * @param {Viewport} viewport
 * @param {MouseEvent} event
 */
function pointIn({ element }, { clientX, clientY }) {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

/** @param {Viewport} viewport */
function shapeOn({ element }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'cdss-drawing');
  const shape = document.createElementNS(SVG, 'polyline');
  svg.append(shape);
  element.append(svg);
  return shape;
}

/**
 * @param {SVGElement} shape
 * @param {number[][]} points
 */
const show = (shape, points) => shape.setAttribute('points', points.map(at => at.join()).join(' '));

/** @param {number[][]} path */
function corners(path) {
  const [[x0, y0]] = path;
  const [x1, y1] = path[path.length - 1];
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
    [x0, y0],
  ];
}

/**
 * Null in a plane that is not that of the images, or wholly beside them.
 *
 * @param {Viewport} viewport
 * @param {number[][]} path
 * @param {number} tolerance mm off the plane of the image
 * @returns {Drawn | null}
 */
function pixelsOf(viewport, path, tolerance) {
  const imageId = viewport.getCurrentImageId?.();
  const [image, slice] = [instanceOf(imageId), sliceOf(imageId)];
  if (!slice || !image?.ImageOrientationPatient) return null;
  /** @type {Pixel[]} */
  const pixels = [];
  let touches = false;
  for (const point of path) {
    const found = pixelAt(image, viewport.canvasToWorld(point));
    if (found.off > tolerance) return null;
    touches ||= found.inside;
    pixels.push(...between(pixels[pixels.length - 1], found.pixel));
  }
  return touches ? { slice, pixels } : null;
}

/**
 * The pixels of a straight line, its beginning left out: a fast mouse leaves gaps.
 *
 * @param {Pixel | undefined} from
 * @param {Pixel} to
 * @returns {Pixel[]}
 */
function between(from, to) {
  if (!from) return [to];
  const [rows, columns] = [to[0] - from[0], to[1] - from[1]];
  const steps = Math.max(Math.abs(rows), Math.abs(columns));
  return Array.from({ length: steps }, (_, at) => [
    Math.round(from[0] + (rows * (at + 1)) / steps),
    Math.round(from[1] + (columns * (at + 1)) / steps),
  ]);
}

/**
 * A point as the image measures it, mm from its first pixel: along its rows, down its columns, and
 * off its plane.
 *
 * @param {Instance} image
 * @param {ArrayLike<number>} world
 */
function inImage(image, world) {
  const axes = Array.from(image.ImageOrientationPatient ?? [], Number);
  const origin = Array.from(image.ImagePositionPatient, Number);
  const [along, down] = [axes.slice(0, 3), axes.slice(3)];
  const normal = [0, 1, 2].map(
    at => along[(at + 1) % 3] * down[(at + 2) % 3] - along[(at + 2) % 3] * down[(at + 1) % 3],
  );
  const from = origin.map((value, axis) => world[axis] - value);
  /** @param {number[]} axis */
  const length = axis => from.reduce((sum, value, at) => sum + value * axis[at], 0);
  return { along: length(along), down: length(down), off: Math.abs(length(normal)) };
}

/** @param {DisplaySet} displaySet */
function halfSlice({ imageIds }) {
  const [first, last] = [instanceOf(imageIds[0]), instanceOf(imageIds[imageIds.length - 1])];
  if (!first || !last || imageIds.length < 2) return IN_PLANE_MM;
  const { off } = inImage(first, Array.from(last.ImagePositionPatient, Number));
  return Math.max(IN_PLANE_MM, off / (imageIds.length - 1) / 2);
}

/**
 * The pixel nearest to a point, at the edge where the point lies beside the image.
 *
 * @param {Instance} image
 * @param {number[]} world
 * @returns {{ pixel: Pixel, inside: boolean, off: number }}
 */
function pixelAt(image, world) {
  const { along, down, off } = inImage(image, world);
  const [betweenRows, betweenColumns] = Array.from(image.PixelSpacing, Number);
  const [row, column] = [Math.round(down / betweenRows), Math.round(along / betweenColumns)];
  /** @type {Pixel} */
  const pixel = [
    Math.min(image.Rows - 1, Math.max(0, row)),
    Math.min(image.Columns - 1, Math.max(0, column)),
  ];
  return { pixel, inside: pixel[0] === row && pixel[1] === column, off };
}
