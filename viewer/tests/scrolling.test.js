// Which image of another pane lies where one was scrolled to.
import { expect, it } from 'vitest';
import { frameMap, imageAt } from '../extension/scrolling.js';

const AXIAL = [1, 0, 0, 0, 1, 0];
/** 101 x 101 pixels of 1 mm whose centre lies on the z axis. */
const image = (z, frame = 'a', orientation = AXIAL) => ({
  FrameOfReferenceUID: frame,
  ImagePositionPatient: [-50, -50, z],
  ImageOrientationPatient: orientation,
  PixelSpacing: [1, 1],
  Rows: 101,
  Columns: 101,
});
const stack = (count, apart, frame) => Array.from({ length: count }, (_, at) => image(at * apart, frame));
const link = (from, to, matrix) => ({
  registration: 1,
  from_frame_of_reference_uid: from,
  to_frame_of_reference_uid: to,
  matrix,
});
/** Half a turn about x and 100 mm up: what was at z lies at 100 - z. */
const TURNED = [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 100, 0, 0, 0, 1];

it('is the nearest by position, however thick the slices are', () => {
  expect(imageAt(image(17), stack(10, 5, 'a'), [])).toBe(3);
  expect(imageAt(image(500), stack(10, 5, 'a'), [])).toBe(9);
});

it('is none in another frame of reference, nor where nobody names one', () => {
  expect(imageAt(image(17), stack(10, 5, 'b'), [])).toBe(-1);
  expect(imageAt(image(17, ''), stack(10, 5, ''), [])).toBe(-1);
});

it('is none in another plane', () => {
  expect(imageAt(image(17), [image(17, 'a', [0, 1, 0, 0, 0, -1])], [])).toBe(-1);
});

it('lies where an accepted registration says, from either side', () => {
  const links = [link('a', 'b', TURNED)];
  expect(imageAt(image(80), stack(10, 5, 'b'), links)).toBe(4);
  expect(imageAt(image(20, 'b'), stack(21, 5, 'a'), links)).toBe(16);
  expect(frameMap('a', 'c', links)).toBe(null);
});
