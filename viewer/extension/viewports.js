// What is on screen: viewports, the display sets in them, and waiting for one to appear.
import { core, instanceOf, nameOf, sliceOf } from './cornerstone.js';
import { services } from './state.js';

/** @import { DisplaySet } from '../types/ohif' */

const TIMEOUT_MS = 15_000;

/** @param {string} id */
export const viewportOf = id => services().cornerstoneViewportService.getCornerstoneViewport(id);
export const activeViewportId = () => services().viewportGridService.getActiveViewportId();
export const gridViewports = () => [...services().viewportGridService.getState().viewports.values()];

export function activeDisplaySet() {
  const [uid] =
    services().viewportGridService.getDisplaySetsUIDsForViewport(activeViewportId()) ?? [];
  return uid ? services().displaySetService.getDisplaySetByUID(uid) : undefined;
}

/** @param {DisplaySet} displaySet */
export const viewportsOf = displaySet =>
  gridViewports()
    .filter(found => found.displaySetInstanceUIDs?.includes(displaySet.displaySetInstanceUID))
    .map(found => found.viewportId);

/**
 * The series whose image is there, not only asked for.
 *
 * @param {string} viewportId
 */
function seriesShown(viewportId) {
  const imageId = viewportOf(viewportId)?.getCurrentImageId?.();
  return imageId && core().cache.getImage(imageId) && instanceOf(imageId)?.SeriesInstanceUID;
}

/**
 * Resolves when pixels of an image are on screen, not only its frame.
 *
 * @returns {Promise<void>}
 */
export function firstImage() {
  const { IMAGE_RENDERED } = core().Enums.Events;
  return new Promise(resolve => {
    /** @param {Event} event */
    const rendered = event => {
      const { detail } = /** @type {CustomEvent<{ viewportId: string }>} */ (event);
      if (!seriesShown(detail.viewportId)) return;
      window.removeEventListener(IMAGE_RENDERED, rendered, true);
      requestAnimationFrame(() => resolve());
    };
    window.addEventListener(IMAGE_RENDERED, rendered, true);
  });
}

/**
 * Put display sets into viewports; resolves when all are rendered. What is there stays as it is.
 *
 * @param {[viewportId: string, displaySet: DisplaySet][]} pairs
 */
export async function show(pairs) {
  const missing = pairs.filter(
    ([viewportId, displaySet]) => !viewportsOf(displaySet).includes(viewportId),
  );
  services().viewportGridService.setDisplaySetsForViewports(
    missing.map(([viewportId, displaySet]) => ({
      viewportId,
      displaySetInstanceUIDs: [displaySet.displaySetInstanceUID],
    })),
  );
  await until(() =>
    pairs.every(
      ([viewportId, displaySet]) =>
        displaySet.imageIds && seriesShown(viewportId) === displaySet.SeriesInstanceUID,
    ),
  );
}

/**
 * The display set with exactly these slices, brought on screen if it is not yet there.
 *
 * @param {string} seriesInstanceUid
 * @param {string[]} slices as the server names them
 */
export async function displaySetOf(seriesInstanceUid, slices) {
  const wanted = new Set(slices);
  const found = services()
    .displaySetService.getDisplaySetsForSeries(seriesInstanceUid)
    .find(displaySet => {
      const names = placesOf(displaySet).map(({ name }) => name);
      return names.length === wanted.size && names.every(name => wanted.has(name));
    });
  if (found && !viewportsOf(found).length) await show([[activeViewportId(), found]]);
  if (found)
    await until(() => found.imageIds?.length === wanted.size && found.imageIds.every(sliceOf));
  return found;
}

/**
 * Every slice with its name, where it lies and how it is turned: each image, or each frame of one
 * (PS3.3 C.7.6.16: what all frames have in common stands once).
 *
 * @param {DisplaySet} displaySet
 * @returns {{ name: string, position?: ArrayLike<number | string>,
 *   axes?: ArrayLike<number | string> }[]}
 */
function placesOf({ images }) {
  return (images ?? []).flatMap(image => {
    const shared = image.SharedFunctionalGroupsSequence?.[0];
    return Array.from({ length: Number(image.NumberOfFrames) || 1 }, (_, at) => {
      const own = image.PerFrameFunctionalGroupsSequence?.[at];
      const plane = own?.PlanePositionSequence?.[0] ?? shared?.PlanePositionSequence?.[0];
      const turned = own?.PlaneOrientationSequence?.[0] ?? shared?.PlaneOrientationSequence?.[0];
      return {
        name: nameOf(image, at + 1),
        position: plane?.ImagePositionPatient ?? image.ImagePositionPatient,
        axes: turned?.ImageOrientationPatient ?? image.ImageOrientationPatient,
      };
    });
  });
}

/**
 * The slices of a series in ascending height (mm) along their normal.
 *
 * @param {string} seriesInstanceUid
 * @returns {{ image?: NonNullable<DisplaySet['images']>[number], slices: { name: string, height: number }[],
 *   parallel: boolean }}
 */
export function stackOf(seriesInstanceUid) {
  const found = services()
    .displaySetService.getDisplaySetsForSeries(seriesInstanceUid)
    .find(displaySet => placesOf(displaySet).length > 1);
  const places = found ? placesOf(found) : [];
  const axes = Array.from(places[0]?.axes ?? [], Number);
  /** @param {typeof places[number]} slice */
  const height = ({ position }) =>
    [0, 1, 2].reduce((sum, at) => {
      const [next, after] = [(at + 1) % 3, (at + 2) % 3];
      const normal = axes[next] * axes[3 + after] - axes[after] * axes[3 + next];
      return sum + Number(position?.[at]) * normal;
    }, 0);
  const slices = places.map(place => ({ name: place.name, height: height(place) }));
  return {
    image: found?.images?.[0],
    slices: slices.sort((a, b) => a.height - b.height),
    parallel: places.every(place => axes.every((value, at) => Math.abs(value - Number(place.axes?.[at])) < 1e-3)),
  };
}

/**
 * The slices of a series in ascending position along their normal, as the server counts them.
 *
 * @param {string} seriesInstanceUid
 */
export function gridOf(seriesInstanceUid) {
  const { image, slices } = stackOf(seriesInstanceUid);
  return {
    rows: Number(image?.Rows),
    columns: Number(image?.Columns),
    slices: slices.map(({ name }) => name),
  };
}

/** @param {() => unknown} condition */
export async function until(condition) {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the viewport did not follow');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
