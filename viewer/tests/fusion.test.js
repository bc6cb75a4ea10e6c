// What may lie over the series of the active pane, and what is refused.
import { beforeEach, expect, it } from 'vitest';
import { fuse, partners, setBlend, watchFusion } from '../extension/fusion.js';
import { fusionSection } from '../extension/panel/fusion.js';
import { connect, state, update } from '../extension/state.js';

const set = (uid, frame, { type = 'ORIGINAL', isReconstructable = true } = {}) => ({
  displaySetInstanceUID: `set ${uid}`,
  SeriesInstanceUID: uid,
  SeriesDescription: uid,
  isReconstructable,
  images: [{ FrameOfReferenceUID: frame, ImageType: ['DERIVED', type] }],
});
const FIXED = set('fixed', 'a');
const ALIKE = set('alike', 'a');
const OTHER = set('other', 'b');
const NAMELESS = set('nameless', '');
const RESAMPLED = set('resampled', 'a', { type: 'RESAMPLED' });
const FLAT = set('flat', 'a', { isReconstructable: false });
const SETS = [FIXED, ALIKE, OTHER, NAMELESS, RESAMPLED, FLAT];
const ACCEPTED = {
  fixed_series: 'fixed',
  moving_series: 'other',
  moving_description: 'other',
  resampled_series: 'resampled',
  error_mm: 0.314,
};

const asked = [];
const drawn = {};
const UPPER = {
  getMapper: () => ({ getSampleDistance: () => 0.7, setBlendMode: mode => (drawn.mode = mode) }),
  getProperty: () => ({ setScalarOpacityUnitDistance: (_, distance) => (drawn.unit = distance) }),
  setVisibility: visible => (drawn.visible = visible),
};
let panes;
let redraw;

beforeEach(() => {
  asked.length = 0;
  panes = new Map([['pane', { viewportId: 'pane', displaySetInstanceUIDs: ['set fixed'] }]]);
  const services = {
    viewportGridService: {
      getActiveViewportId: () => 'pane',
      getState: () => ({ viewports: panes }),
      setDisplaySetsForViewports: ([pane]) => panes.set('pane', pane),
    },
    displaySetService: {
      getDisplaySetByUID: uid => SETS.find(one => one.displaySetInstanceUID === uid),
      getDisplaySetsBy: filter => SETS.filter(filter),
      getDisplaySetsForSeries: uid => SETS.filter(one => one.SeriesInstanceUID === uid),
    },
    cornerstoneViewportService: {
      EVENTS: {},
      getCornerstoneViewport: () => ({ getActors: () => [{}, { referencedId: 'a:set resampled', actor: UPPER }] }),
      subscribe: (_, listener) => {
        redraw = listener;
        return { unsubscribe: () => {} };
      },
    },
  };
  const commandsManager = { run: (name, options) => asked.push({ name, ...options }) };
  connect({ servicesManager: { services }, commandsManager, extensionManager: {} }, {});
  window.cornerstone = { Enums: { BlendModes: { MAXIMUM_INTENSITY_BLEND: 1 } } };
  localStorage.setItem('cdss-language', 'en');
  update({ registrations: [], fusion: { blend: 0.5, colormap: 'hot_iron', checkerboard: false, problem: '' } });
});

const shown = () => panes.get('pane').displaySetInstanceUIDs;
const refused = () => partners().filter(one => one.refused).map(one => one.uid);

it('offers the series of the frame of reference, and refuses all others with a sentence', () => {
  expect(partners().map(one => one.uid)).toEqual(['alike', 'other', 'nameless']);
  expect(refused()).toEqual(['other', 'nameless']);
  for (const uid of refused()) {
    fuse(uid);
    expect(shown()).toEqual(['set fixed']);
    expect(state.fusion.problem).toContain('has another frame of reference');
  }
  fuse('alike');
  expect(shown()).toEqual(['set fixed', 'set alike']);
  expect(state.fusion.problem).toBe('');
});

it('never shows a registered series whose registration is not accepted', () => {
  fuse('resampled');
  expect(shown()).toEqual(['set fixed']);
});

it('shows the registered series once it is accepted, as strongly and in the colours chosen', () => {
  update({ registrations: [ACCEPTED] });
  expect(partners()[0]).toEqual({
    uid: 'resampled',
    label: 'other (registered, within 0.31 mm)',
    refused: false,
  });
  fuse('resampled');
  expect(shown()).toEqual(['set fixed', 'set resampled']);
  setBlend(0.8);
  const sent = asked.at(-1);
  expect(sent).toMatchObject({
    name: 'setViewportColormap',
    displaySetInstanceUID: 'set resampled',
    colormap: { name: 'hot_iron' },
  });
  expect(sent.opacity.map(({ opacity }) => opacity)).toEqual([0.8, 0.8]);
  expect(drawn).toEqual({ mode: 1, unit: 0.7, visible: true });
  fuse('');
  expect(shown()).toEqual(['set fixed']);
});

it('draws the share again when the volumes of a pane are drawn anew, and leaves the lower series alone', () => {
  const stop = watchFusion();
  panes.set('pane', { viewportId: 'pane', displaySetInstanceUIDs: ['set fixed', 'set resampled'] });
  asked.length = 0;
  redraw();
  expect(asked).toHaveLength(1);
  panes.set('pane', { viewportId: 'pane', displaySetInstanceUIDs: ['set fixed', 'set alike'] });
  redraw();
  expect(asked).toHaveLength(1);
  stop();
});

it('is a part of the panel where there is something to choose', () => {
  const { element, show } = fusionSection();
  document.body.replaceChildren(element);
  show(state);
  expect(element.hidden).toBe(false);
  expect([...element.querySelectorAll('#cdss-fusion-series option')]).toHaveLength(4);
  const plane = { displaySetInstanceUIDs: ['set fixed'], viewportOptions: { viewportType: 'volume' } };
  for (const pane of [{ displaySetInstanceUIDs: ['set flat'] }, plane]) {
    panes.set('pane', { viewportId: 'pane', ...pane });
    show(state);
    expect(element.hidden).toBe(true);
  }
});
