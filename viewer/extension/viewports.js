// What is on screen: viewports, the display sets in them, and waiting for one to appear.
import { core, instanceOf, sopOf } from './cornerstone.js';
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
 * The display set with exactly these instances, brought on screen if it is not yet there.
 *
 * @param {string} seriesInstanceUid
 * @param {string[]} slices SOP Instance UIDs
 */
export async function displaySetOf(seriesInstanceUid, slices) {
  const wanted = new Set(slices);
  const found = services().displaySetService
    .getDisplaySetsForSeries(seriesInstanceUid)
    .find(
      ({ images }) =>
        images?.length === wanted.size && images.every(image => wanted.has(image.SOPInstanceUID)),
    );
  if (found && !viewportsOf(found).length) await show([[activeViewportId(), found]]);
  if (found)
    await until(() => found.imageIds?.length === wanted.size && found.imageIds.every(sopOf));
  return found;
}

/**
 * Whether its slices are the frames of one image (Enhanced MR, CT), which no mask can lie on here.
 *
 * @param {string | undefined} seriesInstanceUid
 */
export const isMultiFrame = seriesInstanceUid =>
  services()
    .displaySetService.getDisplaySetsForSeries(seriesInstanceUid ?? '')
    .some(({ images }) => images?.some(image => Number(image.NumberOfFrames) > 1));

/**
 * The images of a series in ascending position along their normal, as the server counts them.
 *
 * @param {string} seriesInstanceUid
 */
export function gridOf(seriesInstanceUid) {
  const found = services().displaySetService
    .getDisplaySetsForSeries(seriesInstanceUid)
    .find(({ images }) => (images?.length ?? 0) > 1);
  const images = found?.images ?? [];
  const axes = Array.from(images[0]?.ImageOrientationPatient ?? [], Number);
  /** @param {typeof images[number]} image */
  const place = ({ ImagePositionPatient: position }) =>
    [0, 1, 2].reduce((sum, at) => {
      const [next, after] = [(at + 1) % 3, (at + 2) % 3];
      const normal = axes[next] * axes[3 + after] - axes[after] * axes[3 + next];
      return sum + Number(position[at]) * normal;
    }, 0);
  const slices = [...images].sort((a, b) => place(a) - place(b));
  return {
    rows: Number(images[0]?.Rows),
    columns: Number(images[0]?.Columns),
    slices: slices.map(image => image.SOPInstanceUID),
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
