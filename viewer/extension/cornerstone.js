// Cornerstone, as OHIF puts it on the window, and the few places where we reach into it.

export const core = () => window.cornerstone;
export const tools = () => window.cornerstoneTools;

const LABELMAP = 'Labelmap';

export const instanceOf = imageId => core().metaData.get('instance', imageId);
export const sopOf = imageId => instanceOf(imageId)?.SOPInstanceUID;

/** The labels of one derived image, row-major as DICOM Pixel Data: what the tools write into. */
export const labelsOf = imageId => core().cache.getImage(imageId).voxelManager.getScalarData();

export const labelmapImageIds = segmentationId =>
  tools().segmentation.state.getSegmentation(segmentationId).representationData[LABELMAP].imageIds;

/** Tell every viewport (and who listens) that the labels of these images changed. */
export function labelsChanged(segmentationId, indices) {
  tools().segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(
    segmentationId,
    indices,
  );
}

const history = () => core().utilities.HistoryMemo.DefaultHistoryMemo;

export const undoable = restoreMemo => history().push({ restoreMemo, operationType: 'labelmap' });
export const forgetHistory = () => {
  history().size = history().size;
};

export function onLabelsChanged(listener) {
  const { SEGMENTATION_DATA_MODIFIED } = tools().Enums.Events;
  const heard = event => listener(event.detail);
  core().eventTarget.addEventListener(SEGMENTATION_DATA_MODIFIED, heard);
  return () => core().eventTarget.removeEventListener(SEGMENTATION_DATA_MODIFIED, heard);
}
