// All that the extension remembers, in one place: what the panel shows (`state`, whose changes are
// published), the layer of labels under the tools (`layer`), and what OHIF and the session gave it.

/**
 * @import {
 *   Grid, Growth, Hanging, Job, Layout, ListedJob, Model, Registration, Segmentation, Study, User
 * } from '../types/api'
 * @import {
 *   AppConfig, CommandsManager, DisplaySet, ExtensionManager, Managers, Services
 * } from '../types/ohif'
 */

/**
 * @typedef {'Grayscale' | 'hot_iron' | 'hsv' | 's_pet'} Colormap of cornerstone
 * @typedef {'idle' | 'loading' | 'rendered' | 'refused'} MaskStatus `refused`: see `maskProblem`
 * @typedef {'idle' | 'saving' | 'waiting' | 'conflict' | 'refused'} SaveStatus
 *   `waiting`: the server does not answer
 * @typedef {'idle' | 'sending' | 'running' | 'done' | 'failed'} RequestStatus
 * @typedef {'requested' | 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled'} JobStep
 */

/**
 * @typedef {object} PanelState
 * @property {Study | null} study
 * @property {ListedJob[]} jobs AI jobs of the study, newest first
 * @property {Job | null} job the one on screen
 * @property {Segmentation | null} segmentation
 * @property {Model[]} models
 * @property {number | null} baseVersion the version that the strokes are on
 * @property {MaskStatus} maskStatus
 * @property {string} maskProblem
 * @property {boolean} dirty
 * @property {SaveStatus} saveStatus
 * @property {string} saveProblem
 * @property {Record<number, number>} volumes ml by segment
 * @property {{ added: number, removed: number } | null} changed ml against the compared version
 * @property {number | null} compared the version shown as an outline
 * @property {string} tool `brush`, `eraser`, `threshold`, or the name of one of OHIF's tools
 * @property {boolean} sphere
 * @property {number} brushRadius mm
 * @property {number} opacity 0 to 1
 * @property {number | null} activeSegment
 * @property {number[]} hidden segments
 * @property {Record<number, string>} colors by segment
 * @property {{ status: RequestStatus, problem: string, jobId: number | null, step: JobStep | null }}
 *   request
 * @property {{ status: 'hidden' | 'loading' | 'shown', problem: string, threshold: number,
 *   opacity: number }} heat the model's probability over the images
 * @property {{ baselines: ListedJob[], baseline: number | null, problem: string,
 *   status: 'hidden' | 'loading' | 'shown', result: Growth | null }} growth since a mask of an earlier
 *   study; `baseline`: its segmentation
 * @property {{ tool: 'box' | 'click' | 'add' | 'remove' | null, first: number, last: number,
 *   box: { rows: number[], columns: number[] } | null, busy: boolean, problem: string, hint: string,
 *   volume: number | null }} assist the lesion tool; slices by their place on screen
 * @property {{ busy: boolean, problem: string }} manual a segmentation that is begun by hand
 * @property {{ count: number, saved: boolean, status: 'idle' | 'saving', problem: string }}
 *   measurements
 * @property {{ name: string, volumes: Volume[], interpolated: string[] }} rois regions over several slices:
 *   `name` of the next contour, `interpolated` the keys of those whose gaps are filled
 * @property {{ open: string | null, problem: string, linked: boolean }} prior
 * @property {{ plan: Hanging | null, layout: Layout | null, own: boolean }} hanging `own`: the reader's
 *   choice
 * @property {Registration[]} registrations the accepted ones of the study
 * @property {{ blend: number, colormap: Colormap, checkerboard: boolean, problem: string }} fusion
 *   `blend`: the share of the upper series, 0 to 1
 */

/** @type {PanelState['assist']} The lesion tool before anybody took it. */
export const NO_ASSIST = {
  tool: null,
  first: 0,
  last: 0,
  box: null,
  busy: false,
  problem: '',
  hint: '',
  volume: null,
};

/** @type {PanelState} */
export const state = {
  study: null,
  jobs: [],
  job: null,
  segmentation: null,
  models: [],
  baseVersion: null,
  maskStatus: 'idle',
  maskProblem: '',
  dirty: false,
  saveStatus: 'idle',
  saveProblem: '',
  volumes: {},
  changed: null,
  compared: null,
  tool: 'WindowLevel',
  sphere: false,
  brushRadius: 10,
  opacity: 0.4,
  activeSegment: null,
  hidden: [],
  colors: {},
  request: { status: 'idle', problem: '', jobId: null, step: null },
  heat: { status: 'hidden', problem: '', threshold: 0.1, opacity: 0.5 },
  growth: { baselines: [], baseline: null, problem: '', status: 'hidden', result: null },
  assist: { ...NO_ASSIST },
  manual: { busy: false, problem: '' },
  measurements: { count: 0, saved: true, status: 'idle', problem: '' },
  rois: { name: '', volumes: [], interpolated: [] },
  prior: { open: null, problem: '', linked: true },
  hanging: { plan: null, layout: null, own: false },
  registrations: [],
  fusion: { blend: 0.5, colormap: 'hot_iron', checkerboard: false, problem: '' },
};

/**
 * The labels under the tools.
 *
 * @typedef {object} Layer
 * @property {Grid} grid
 * @property {Uint8Array[]} labels one array per slice, in the order of `grid.slices`
 * @property {DisplaySet | null} displaySet the series that they lie on
 * @property {number} draws how often the layer was begun to be put into the panes
 * @property {boolean} loading labels are being written that nobody painted
 * @property {number} counts how often a count of the voxels was begun
 * @property {boolean} counted `fingerprint` is that of the labels as they are
 * @property {Int32Array} fingerprint a number per slice that changes with its labels
 * @property {Int32Array | null} savedFingerprint as the server has them; null: not at all
 * @property {boolean} marksEdits a change of a slice is a person's
 * @property {Set<number>} edited slices that a person edited, by index
 */

/** @type {Layer} */
export const layer = {
  grid: { rows: 0, columns: 0, slices: [] },
  labels: [],
  displaySet: null,
  draws: 0,
  loading: false,
  counts: 0,
  counted: true,
  fingerprint: new Int32Array(),
  savedFingerprint: null,
  marksEdits: false,
  edited: new Set(),
};

/**
 * @import { ReportVersion } from './reports.js'
 * @import { Volume } from './volumes.js'
 * @typedef {{ boxes: object[], points: object[], scribbles: object[] }} Prompt
 *
 * What was drawn for the lesion tool since its beginning.
 *
 * @typedef {object} Prompted
 * @property {number} segment
 * @property {number} job
 * @property {Uint8Array[]} labels the layer that it is for
 * @property {Uint8Array[]} before a copy of them at the beginning
 * @property {Uint8Array[]} shown a copy of them as the tool last left them
 * @property {boolean} onMask it corrects the segment as it was at the beginning
 * @property {string | null} receipt of the last answer
 * @property {Prompt} prompt
 */

/**
 * What goes on in the background.
 *
 * @typedef {object} Work
 * @property {ListedJob | null} firstJob the result to begin with
 * @property {Promise<number | null> | null} save the save under way
 * @property {() => void} retrySave ends the pause before the next attempt
 * @property {number} publications how often the publication of a job was begun to be followed
 * @property {string} storedMeasurements what was measured when it was last in the archive
 * @property {ReportVersion | null} report the person's newest report of measurements
 * @property {Map<string, string>} volumeUids by key the Tracking UID of each volume that is in a report
 * @property {() => void} unlink lets the panes scroll alone
 * @property {() => void} stopCheckerboard draws one series over the other again
 * @property {() => void} stopPointer gives the mouse back to OHIF
 * @property {Prompted | null} prompt whose mask is on screen
 * @property {Prompted | null} asked whose mask is awaited
 * @property {string[]} receipts of answers whose masks are in the labels and not yet saved
 * @property {number} prompts how often the lesion tool was asked
 * @property {(() => void)[]} stops what ends the extension's listening to OHIF
 */

/** @type {Work} */
export const work = {
  firstJob: null,
  save: null,
  retrySave: () => {},
  publications: 0,
  storedMeasurements: '',
  report: null,
  volumeUids: new Map(),
  unlink: () => {},
  stopPointer: () => {},
  stopCheckerboard: () => {},
  prompt: null,
  asked: null,
  receipts: [],
  prompts: 0,
  stops: [],
};

/**
 * @typedef {object} Identity
 * @property {typeof import('/session.js') | null} module the web application's session
 * @property {User | null} user
 */

/** @type {Identity} */
export const identity = { module: null, user: null };

/**
 * OHIF, from its start on; its configuration notes the depth that the graphics card can hold.
 *
 * @typedef {object} Ohif
 * @property {Services} services
 * @property {CommandsManager} commands
 * @property {ExtensionManager} extensions
 * @property {AppConfig} config
 */

/** @type {Ohif | null} */
let ohif = null;

/**
 * @param {Managers} managers
 * @param {AppConfig} config
 */
export function connect({ servicesManager, commandsManager, extensionManager }, config) {
  const { services } = servicesManager;
  ohif = { services, commands: commandsManager, extensions: extensionManager, config };
}

function connected() {
  if (!ohif) throw new Error('OHIF has not started');
  return ohif;
}
export const services = () => connected().services;
export const commands = () => connected().commands;
export const extensions = () => connected().extensions;
export const ohifConfig = () => connected().config;

/** @type {Set<(state: PanelState) => void>} */
const listeners = new Set();
let scheduled = false;

/** @param {Partial<PanelState>} patch */
export function update(patch) {
  Object.assign(state, patch);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of [...listeners]) listener(state);
  });
}

/**
 * @param {(state: PanelState) => void} listener called now and after each change
 * @returns {() => void} what ends it
 */
export function subscribe(listener) {
  listeners.add(listener);
  listener(state);
  return () => listeners.delete(listener);
}

/** The segmentation on screen, where there must be one. */
export function shownSegmentation() {
  if (!state.segmentation) throw new Error('no segmentation is on screen');
  return state.segmentation;
}

/** The job on screen, where there must be one. */
export function shownJob() {
  if (!state.job) throw new Error('no job is on screen');
  return state.job;
}
