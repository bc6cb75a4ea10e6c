// A page with one pane of 4 x 4 pixels on two slices, as OHIF gives it; the server is what a test
// says. OHIF and Cornerstone are stood in for by the few functions that the extension calls.
import { Blob } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { connect, identity, layer, state, update, work } from '../extension/state.js';

// jsdom's own has no stream
Object.assign(globalThis, { Blob });

export const SIDE = 4;
const SLICES = ['2.25.1', '2.25.2'];
export const done = [];

/** @param {number[][]} slices */
export const labelmap = (...slices) => gzipSync(Uint8Array.from(slices.flat())).toString('base64');

export const empty = () => new Array(SIDE * SIDE).fill(0);

/** @param {(path: string, body: any) => object} answer of the server */
export function openPage(answer) {
  const element = document.createElement('div');
  document.body.replaceChildren(element);
  const viewport = {
    element,
    canvasToWorld: ([x, y]) => [x, y, 0],
    getCurrentImageId: () => SLICES[0],
  };
  const instance = sop => ({
    SOPInstanceUID: sop,
    Rows: SIDE,
    Columns: SIDE,
    PixelSpacing: [1, 1],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    ImagePositionPatient: [0, 0, SLICES.indexOf(sop)],
  });
  done.length = 0;
  window.cornerstone = {
    metaData: { get: (_, id) => instance(id) },
    utilities: { HistoryMemo: { DefaultHistoryMemo: { push: memo => done.push(memo) } } },
  };
  window.cornerstoneTools = {
    segmentation: {
      segmentIndex: { getActiveSegmentIndex: () => state.activeSegment ?? 1 },
      triggerSegmentationEvents: { triggerSegmentationDataModified: () => {} },
    },
  };
  const panes = new Map([['pane', { viewportId: 'pane', displaySetInstanceUIDs: ['set'] }]]);
  const services = {
    viewportGridService: {
      getActiveViewportId: () => 'pane',
      getState: () => ({ viewports: panes }),
      getDisplaySetsUIDsForViewport: () => ['set'],
    },
    segmentationService: { getSegmentation: () => undefined },
    displaySetService: {
      getDisplaySetByUID: () => ({ SeriesInstanceUID: '2.25.9' }),
      getDisplaySetsForSeries: () => [
        { images: SLICES.map(instance) },
      ],
    },
    cornerstoneViewportService: { getCornerstoneViewport: () => viewport },
  };
  connect({ servicesManager: { services }, commandsManager: {}, extensionManager: {} }, {});
  identity.user = { permissions: ['review_ai', 'request_ai'] };
  identity.module = {
    fetchWithAuth: async (path, { body }) =>
      Response.json(answer(path, typeof body === 'string' ? JSON.parse(body) : body)),
  };
  layer.grid = { rows: SIDE, columns: SIDE, slices: SLICES };
  layer.labels = SLICES.map(() => new Uint8Array(SIDE * SIDE));
  layer.displaySet = { displaySetInstanceUID: 'set', imageIds: SLICES, SeriesInstanceUID: '2.25.9' };
  Object.assign(work, { prompt: null, asked: null, receipts: [], prompts: 0 });
  const segment = { property_type: {}, color: null, label_ko: '' };
  update({
    study: { study_instance_uid: '2.25.8' },
    job: { id: 3, review_status: 'PENDING', study_instance_uid: '2.25.8', origin: 'manual' },
    segmentation: {
      id: 5,
      series_instance_uid: '2.25.9',
      segments: [
        { ...segment, number: 1, label: 'Tumor', label_ko: '종양' },
        { ...segment, number: 2, label: 'Core' },
      ],
      versions: [],
    },
    models: [{ id: 'lesion_assist', kind: 'assist' }],
    maskStatus: 'rendered',
    activeSegment: null,
    volumes: {},
    baseVersion: 0,
  });
  return element;
}

/** Draw with the mouse through these pixels (row, column). */
export function stroke(element, ...pixels) {
  const fire = (type, [y, x]) =>
    element.dispatchEvent(
      new MouseEvent(type, { clientX: x, clientY: y, bubbles: true, button: 0 }),
    );
  fire('mousedown', pixels[0]);
  for (const pixel of pixels.slice(1)) fire('mousemove', pixel);
  fire('mouseup', pixels[pixels.length - 1]);
}

/** Until all that was begun has ended. */
export const settled = async () => {
  for (let round = 0; round < 20; round += 1) await new Promise(resolve => setTimeout(resolve, 2));
};
