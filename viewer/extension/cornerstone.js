// Cornerstone, as OHIF puts it on the window, and the few places where we reach into it.

/** @import { Instance } from '../types/ohif' */

export const core = () => window.cornerstone;
export const tools = () => window.cornerstoneTools;

/** @param {string | undefined} imageId */
export const instanceOf = imageId => core().metaData.get('instance', imageId);

/**
 * Of an image whose metadata is there.
 *
 * @param {string} imageId
 * @returns {Instance}
 */
export function knownInstance(imageId) {
  const instance = instanceOf(imageId);
  if (!instance) throw new Error('no metadata of the image');
  return instance;
}

/**
 * The slice that an image shows, as the server names it: a frame of a multi-frame image with its
 * number. Undefined until its metadata is there.
 *
 * @param {string} imageId
 */
export function sliceOf(imageId) {
  const instance = instanceOf(imageId);
  return instance && nameOf(instance, instance.frameNumber);
}

/**
 * @param {Instance} instance
 * @param {number | undefined} frame from 1
 */
export const nameOf = ({ SOPInstanceUID: sop, NumberOfFrames: frames }, frame) =>
  Number(frames) > 1 ? `${sop}/frames/${frame}` : sop;

/**
 * The labels of one derived image, row-major as DICOM Pixel Data: what the tools write into.
 *
 * @param {string | undefined} imageId
 */
export function labelsOf(imageId) {
  const image = core().cache.getImage(imageId);
  if (!image) throw new Error('the image is not in the cache');
  return image.voxelManager.getScalarData();
}

/** @param {string} segmentationId */
export const labelmapImageIds = segmentationId =>
  tools().segmentation.state.getSegmentation(segmentationId).representationData.Labelmap.imageIds;

/**
 * Tell every viewport (and who listens) that the labels of these images changed.
 *
 * @param {string} segmentationId
 */
export function labelsChanged(segmentationId) {
  tools().segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId);
}

const history = () => core().utilities.HistoryMemo.DefaultHistoryMemo;

/** @param {(undo: boolean) => void} restoreMemo */
export const undoable = restoreMemo => history().push({ restoreMemo, operationType: 'labelmap' });

/** Setting the size empties it. */
export const forgetHistory = () => {
  const memory = history();
  const { size } = memory;
  memory.size = size;
};

/** @param {(detail: { segmentationId: string }) => void} listener */
export function onLabelsChanged(listener) {
  const { SEGMENTATION_DATA_MODIFIED } = tools().Enums.Events;
  core().eventTarget.addEventListener(SEGMENTATION_DATA_MODIFIED, event => listener(event.detail));
}
