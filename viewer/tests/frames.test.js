import { sliceOf } from '../extension/cornerstone.js';
import { copyLabels } from '../extension/mask.js';
import { services } from '../extension/state.js';
import { displaySetOf, gridOf } from '../extension/viewports.js';
import { SIDE, openPage } from './page.js';

const SOP = '2.25.7';
const DOWNWARDS = [3, 2, 1];
const frames = DOWNWARDS.map((_, at) => `${SOP}/frames/${at + 1}`);

/** A page whose one series is one Enhanced MR image, its first frame on top. */
function openEnhanced({ positions = DOWNWARDS } = {}) {
  openPage(() => ({}));
  const image = {
    SOPInstanceUID: SOP,
    NumberOfFrames: positions.length,
    Rows: SIDE,
    Columns: SIDE,
    SharedFunctionalGroupsSequence: [
      { PlaneOrientationSequence: [{ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }] },
    ],
    PerFrameFunctionalGroupsSequence: positions.map(z => ({
      PlanePositionSequence: [{ ImagePositionPatient: [0, 0, z] }],
    })),
  };
  const displaySet = { displaySetInstanceUID: 'set', images: [image], imageIds: frames };
  services().displaySetService.getDisplaySetsForSeries = () => [displaySet];
  window.cornerstone.metaData.get = (_, id) => ({
    ...image,
    frameNumber: Number(id.split('/').pop()),
  });
  return displaySet;
}

describe('the frames of an Enhanced image', () => {
  it('are named and ordered as the server does', () => {
    openEnhanced();
    expect(gridOf('2.25.9')).toEqual({
      rows: SIDE,
      columns: SIDE,
      slices: [...frames].reverse(),
    });
    expect(frames.map(sliceOf)).toEqual(frames);
  });

  it('are the slices that a mask lies on', async () => {
    const displaySet = openEnhanced();
    expect(await displaySetOf('2.25.9', [...frames].reverse())).toBe(displaySet);
    expect(await displaySetOf('2.25.9', frames.slice(1))).toBeUndefined();
    expect(await displaySetOf('2.25.9', [SOP])).toBeUndefined();
  });

  it('get their own labels, whichever the order on screen is', () => {
    openEnhanced();
    const size = SIDE * SIDE;
    const images = new Map(frames.map(name => [name, name]));
    const arrays = new Map(frames.map(name => [name, new Uint8Array(size)]));
    window.cornerstone.cache = {
      getImage: id => ({ voxelManager: { getScalarData: () => arrays.get(id) } }),
    };
    const slices = [...frames].reverse();
    const voxels = Uint8Array.from({ length: 3 * size }, (_, at) => Math.floor(at / size) + 1);
    copyLabels(images, { slices, rows: SIDE, columns: SIDE }, voxels);
    expect(frames.map(name => arrays.get(name)[0])).toEqual([3, 2, 1]);
  });
});
