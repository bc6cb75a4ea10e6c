// The extension: signs in, finds out what to show, and hands OHIF its panel and its commands.
import { again } from './again.js';
import { ApiError, get } from './api.js';
import { watchAssist } from './assist.js';
import { core } from './cornerstone.js';
import { addStylesheet, cover } from './dom.js';
import { attachGrowth } from './growth.js';
import { attachHeatmap } from './heatmap.js';
import { speakKorean, withKorean } from './korean.js';
import { watchFusion } from './fusion.js';
import { begin as beginHanging } from './hanging.js';
import * as layouts from './layouts.js';
import * as mask from './mask.js';
import * as measurements from './measurements.js';
import { mountPanel } from './panel/index.js';
import { keepLock } from './reading.js';
import { compareWith, editable, loadJobs, loadModels, openJob, reload } from './review.js';
import { save } from './saving.js';
import { beginInTheMiddle, beginWith, countImages, prepareDisplaySet } from './series.js';
import { authorization, may, start as signIn } from './session.js';
import { connect, extensions, services, state, update, work } from './state.js';
import { language, t } from './texts.js';
import * as tools from './tools.js';
import { firstImage } from './viewports.js';
import { applyPreset } from './windows.js';

/**
 * @import { Study } from '../types/api'
 * @import { AppConfig, DisplaySet, Managers, React } from '../types/ohif'
 */

const REACT_ELEMENT = Symbol.for('react.element');
const parameters = new URLSearchParams(location.search);
const studyUid = parameters.get('StudyInstanceUIDs')?.split(',')[0] ?? '';
const FIRST_SERIES = 'initialSeriesInstanceUID';

/** @type {Promise<void>} */
const never = new Promise(() => {});

async function begin() {
  document.documentElement.lang = language();
  window.cdssLocales = withKorean;
  window.cdssAgain = again;
  if (language() === 'ko') speakKorean();
  addStylesheet();
  return (await signIn({ hasUnsavedWork })) && findStudy();
}

/**
 * OHIF does not start before this; when there is nothing to show, it never does.
 *
 * @param {Managers & { appConfig: AppConfig }} options
 */
async function preRegistration({ appConfig, ...managers }) {
  connect(managers, appConfig);
  services().userAuthenticationService.setServiceImplementation({
    getAuthorizationHeader: authorization,
    handleUnauthenticated: () => null,
  });
  if (!(await begun)) return never;
  mask.start();
  window.addEventListener('beforeunload', warnOfUnsavedWork);
  useOneContext();
  appConfig.whiteLabeling = { createLogoComponentFn: wayBack };
  return undefined;
}

/** Each takes its time to be made, and planes of one volume share its texture only within one. */
function useOneContext() {
  const configuration = core().getConfiguration();
  core().setConfiguration({
    ...configuration,
    rendering: { ...configuration.rendering, webGlContextCount: 1 },
  });
}

/** @param {React} react */
const wayBack = react =>
  react.createElement(
    'a',
    {
      id: 'cdss-back',
      className: 'cdss-back',
      href: `/studies/${studyUid}`,
      'aria-label': t('back.study'),
    },
    '‹',
    react.createElement('span', {}, ` ${t('back.study')}`),
  );

/** @param {string} sentence */
function refuse(sentence) {
  cover(sentence, [{ label: t('back'), href: '/' }]);
  return false;
}

/** The study, and the AI result to begin with, or a sentence why not. */
async function findStudy() {
  if (!studyUid) return refuse(t('study.none'));
  if (!may('view_dicom')) return refuse(t('rights.images'));
  try {
    const [study, job] = await Promise.all([
      get(`/api/ris/studies/${studyUid}/`),
      loadJobs(studyUid, Number(parameters.get('job'))),
    ]);
    update({ study });
    window.cdssPatientName = study.patient.full_name;
    work.firstJob = job;
    if (!parameters.has(FIRST_SERIES))
      parameters.set(FIRST_SERIES, job?.series_instance_uid ?? largestSeries(study));
    history.replaceState(history.state, '', `${location.pathname}?${parameters}`);
    return true;
  } catch (error) {
    return refuse(error instanceof ApiError ? error.message : t('error.unexpected'));
  }
}

/** @param {Study} study */
const largestSeries = ({ series }) =>
  [...series].sort((a, b) => b.instances - a.instances)[0]?.series_instance_uid ?? '';

const hasUnsavedWork = async () =>
  (await mask.strokesAreUnsaved()) || !state.measurements.saved;

/**
 * A browser does not wait for the count of the strokes.
 *
 * @param {BeforeUnloadEvent} event
 */
function warnOfUnsavedWork(event) {
  if (!mask.mayBeDirty() && state.measurements.saved) return;
  event.preventDefault();
  event.returnValue = true;
}

/** Once the first image is on screen the mask is shown; what comes on screen later gets it too. */
function onModeEnter() {
  const { cornerstoneViewportService, displaySetService, viewportGridService } = services();
  beginInTheMiddle(services().hangingProtocolService);
  if (!work.stops.length)
    beginWith(parameters.get(FIRST_SERIES), extensions().getActiveDataSource()[0]);
  let opened = false;
  const imageShown = firstImage();
  const viewport = cornerstoneViewportService.subscribe(
    cornerstoneViewportService.EVENTS.VIEWPORT_DATA_CHANGED,
    async () => {
      if (opened) {
        await mask.attachEverywhere();
        await attachHeatmap();
        await attachGrowth();
        return;
      }
      opened = true;
      await imageShown;
      if (work.firstJob) await openJob(work.firstJob.id);
      await beginHanging();
    },
  );
  const { ACTIVE_VIEWPORT_ID_CHANGED, GRID_STATE_CHANGED } = viewportGridService.EVENTS;
  const grids = [ACTIVE_VIEWPORT_ID_CHANGED, GRID_STATE_CHANGED].map(name =>
    viewportGridService.subscribe(name, () => update({})),
  );
  const added = displaySetService.subscribe(
    displaySetService.EVENTS.DISPLAY_SETS_ADDED,
    /** @param {{ displaySetsAdded: DisplaySet[] }} event */
    ({ displaySetsAdded }) => displaySetsAdded.forEach(prepareDisplaySet),
  );
  countImages(extensions().getActiveDataSource()[0]);
  loadModels().catch(() => {});
  work.stops.push(
    tools.watchTool(),
    watchAssist(),
    watchFusion(),
    layouts.start(),
    viewport.unsubscribe,
    added.unsubscribe,
    ...grids.map(grid => grid.unsubscribe),
    measurements.start(),
    keepLock(),
  );
}

function onModeExit() {
  work.stops.splice(0).forEach(stop => stop());
}

/** @type {Record<string, (options: any) => unknown>} */
const ACTIONS = {
  tool: ({ tool }) => tools.chooseTool(tool),
  fill: () => tools.fillSlices(),
  undo: () => tools.undo(),
  redo: () => tools.redo(),
  resize: ({ factor }) => tools.resizeBrush(factor),
  toggleMask: () => tools.toggleMask(),
  window: ({ index }) => applyPreset(index),
  compare: () => state.segmentation?.versions.length && compareWith(state.compared ? null : 1),
  save: async () => editable() && (await mask.strokesAreUnsaved()) && save({ reload }),
};

function getCommandsModule() {
  /** @param {{ action: string }} options */
  const commandFn = ({ action, ...options }) => ACTIONS[action](options);
  return { defaultContext: 'CORNERSTONE', actions: {}, definitions: { cdss: { commandFn } } };
}

/** React gives the panel one element to live in; what is in it is plain DOM. */
function Panel() {
  /** @param {HTMLElement | null} host */
  const ref = host => {
    if (host && !host.dataset.mounted) {
      host.dataset.mounted = 'yes';
      mountPanel(host);
    }
  };
  return {
    $$typeof: REACT_ELEMENT,
    type: 'div',
    key: null,
    ref,
    _owner: null,
    props: { style: { height: '100%', overflow: 'hidden' } },
  };
}

function getPanelModule() {
  return [
    {
      name: 'review',
      iconName: 'tab-segmentation',
      iconLabel: t('title'),
      label: t('title'),
      component: Panel,
    },
  ];
}

/** No guided tour over somebody's images, no choice of other colours; a report of ours has an author. */
const getCustomizationModule = () => [
  {
    name: 'global',
    value: {
      'ohif.tours': { $set: [] },
      'ohif.appearanceModal': { $set: null },
      onBeforeDicomStore: { $set: measurements.beforeStore },
    },
  },
];

/** Asked for before OHIF itself is there: the page names this module in front of it. */
const begun = begin();

export default {
  id: '@cdss/extension',
  preRegistration,
  onModeEnter,
  onModeExit,
  getCommandsModule,
  getPanelModule,
  getCustomizationModule,
};
