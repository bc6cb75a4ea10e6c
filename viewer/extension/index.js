// The extension: signs in, finds out what to show, and hands OHIF its panel and its commands.
import { get } from './api.js';
import { core } from './cornerstone.js';
import { cover, stylesheet } from './dom.js';
import * as mask from './mask.js';
import * as measurements from './measurements.js';
import { mountPanel } from './panel/index.js';
import * as priors from './priors.js';
import { compareWith, editable, loadJobs, loadModels, openJob, reload } from './review.js';
import { save } from './saving.js';
import { admit, beginInTheMiddle, beginWith } from './series.js';
import { authorization, may, start as signIn } from './session.js';
import { state, update } from './store.js';
import { t } from './texts.js';
import * as tools from './tools.js';
import * as viewports from './viewports.js';
import * as windows from './windows.js';

const REACT_ELEMENT = Symbol.for('react.element');
const parameters = new URLSearchParams(location.search);
const studyUid = parameters.get('StudyInstanceUIDs')?.split(',')[0] ?? '';
const FIRST_SERIES = 'initialSeriesInstanceUID';
const stops = [];
/** OHIF's configuration; it notes the depth that the graphics card can hold there. */
let config = null;
let firstJob = null;

const never = new Promise(() => {});

async function begin() {
  stylesheet();
  return (await signIn({ hasUnsavedWork })) && findStudy();
}

/** OHIF does not start before this; when there is nothing to show, it never does. */
async function preRegistration({ servicesManager, commandsManager, extensionManager, appConfig }) {
  servicesManager.services.userAuthenticationService.setServiceImplementation({
    getAuthorizationHeader: authorization,
    handleUnauthenticated: () => null,
  });
  if (!(await admitted)) return never;
  const managers = { servicesManager, commandsManager, extensionManager };
  [viewports, tools, windows, priors].forEach(part => part.start(managers));
  mask.start(servicesManager);
  window.addEventListener('beforeunload', warnOfUnsavedWork);
  config = appConfig;
  oneContext();
  appConfig.whiteLabeling = { createLogoComponentFn: wayBack };
  return undefined;
}

/** Each takes its time to be made, and planes of one volume share its texture only within one. */
function oneContext() {
  const configuration = core().getConfiguration();
  core().setConfiguration({
    ...configuration,
    rendering: { ...configuration.rendering, webGlContextCount: 1 },
  });
}

const wayBack = React =>
  React.createElement(
    'a',
    { id: 'cdss-back', className: 'cdss-back', href: `/studies/${studyUid}` },
    `‹ ${t('back.study')}`,
  );

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
    firstJob = job;
    if (!parameters.has(FIRST_SERIES))
      parameters.set(FIRST_SERIES, job?.series_instance_uid ?? largestSeries(study));
    history.replaceState(history.state, '', `${location.pathname}?${parameters}`);
    return true;
  } catch (error) {
    return refuse(error.message);
  }
}

const largestSeries = ({ series }) =>
  [...series].sort((a, b) => b.instances - a.instances)[0]?.series_instance_uid ?? '';

const hasUnsavedWork = async () =>
  (await mask.strokesAreUnsaved()) || !state.measurements.saved;

/** A browser does not wait for the count of the strokes. */
function warnOfUnsavedWork(event) {
  if (!mask.mayBeDirty() && state.measurements.saved) return;
  event.preventDefault();
  event.returnValue = true;
}

/** Once the first image is on screen the mask is drawn; what comes on screen later gets it too. */
function onModeEnter({ servicesManager, commandsManager, extensionManager }) {
  const { cornerstoneViewportService, displaySetService, viewportGridService } =
    servicesManager.services;
  beginInTheMiddle(servicesManager.services.hangingProtocolService);
  if (!stops.length)
    beginWith(parameters.get(FIRST_SERIES), extensionManager.getActiveDataSource()[0]);
  let opened = false;
  const imageShown = viewports.firstImage();
  const drawn = cornerstoneViewportService.subscribe(
    cornerstoneViewportService.EVENTS.VIEWPORT_DATA_CHANGED,
    async () => {
      if (opened) {
        await mask.attachEverywhere();
        return;
      }
      opened = true;
      await imageShown;
      if (firstJob) await openJob(firstJob.id);
    },
  );
  const { ACTIVE_VIEWPORT_ID_CHANGED, GRID_STATE_CHANGED } = viewportGridService.EVENTS;
  const grids = [ACTIVE_VIEWPORT_ID_CHANGED, GRID_STATE_CHANGED].map(name =>
    viewportGridService.subscribe(name, () => update({})),
  );
  const added = displaySetService.subscribe(
    displaySetService.EVENTS.DISPLAY_SETS_ADDED,
    ({ displaySetsAdded }) =>
      displaySetsAdded.forEach(found => admit(found, displaySetService, config.max3DTextureSize)),
  );
  loadModels().catch(() => {});
  stops.push(
    tools.watchTool(),
    drawn.unsubscribe,
    added.unsubscribe,
    ...grids.map(grid => grid.unsubscribe),
    measurements.start({ servicesManager, commandsManager }),
  );
}

function onModeExit() {
  stops.splice(0).forEach(stop => stop());
}

const ACTIONS = {
  tool: ({ tool }) => tools.choose(tool),
  fill: () => tools.fill(),
  redo: () => tools.redo(),
  resize: ({ factor }) => tools.resizeBrush(factor),
  toggleMask: () => tools.toggleMask(),
  window: ({ index }) => windows.applyPreset(index),
  compare: () => state.segmentation && compareWith(state.compared ? null : 1),
  save: async () => editable() && (await mask.strokesAreUnsaved()) && save({ reload }),
};

function getCommandsModule() {
  const commandFn = ({ action, ...options }) => ACTIONS[action](options);
  return { defaultContext: 'CORNERSTONE', actions: {}, definitions: { cdss: { commandFn } } };
}

/** React gives the panel one element to live in; what is in it is plain DOM. */
function Panel() {
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

/** No guided tour over somebody's images. */
const getCustomizationModule = () => [{ name: 'global', value: { 'ohif.tours': { $set: [] } } }];

/** Asked for before OHIF itself is there: the page names this module in front of it. */
const admitted = begin();

export default {
  id: '@cdss/extension',
  preRegistration,
  onModeEnter,
  onModeExit,
  getCommandsModule,
  getPanelModule,
  getCustomizationModule,
};
