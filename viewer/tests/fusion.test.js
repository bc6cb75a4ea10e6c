// What may lie over the series of the active pane, and what is refused.
import { beforeEach, expect, it } from 'vitest';
import { fuse, partners, setBlend } from '../extension/fusion.js';
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
let panes;

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
    cornerstoneViewportService: { getCornerstoneViewport: () => ({ getActors: () => [1, 2] }) },
  };
  const commandsManager = { run: (name, options) => asked.push({ name, ...options }) };
  connect({ servicesManager: { services }, commandsManager, extensionManager: {} }, {});
  localStorage.setItem('cdss-language', 'en');
  update({ registrations: [], fusion: { blend: 0.5, colormap: 'hot_iron', checkerboard: false, problem: '' } });
});

const shown = () => panes.get('pane').displaySetInstanceUIDs;
const refused = () => partners().filter(one => one.refused).map(one => one.uid);

it('offers the series of the frame of reference, and refuses all others with a sentence', async () => {
  expect(partners().map(one => one.uid)).toEqual(['alike', 'other', 'nameless']);
  expect(refused()).toEqual(['other', 'nameless']);
  for (const uid of refused()) {
    await fuse(uid);
    expect(shown()).toEqual(['set fixed']);
    expect(state.fusion.problem).toContain('has another frame of reference');
  }
  await fuse('alike');
  expect(shown()).toEqual(['set fixed', 'set alike']);
  expect(state.fusion.problem).toBe('');
});

it('never shows a registered series whose registration is not accepted', async () => {
  await fuse('resampled');
  expect(shown()).toEqual(['set fixed']);
});

it('shows the registered series once it is accepted, as strongly and in the colours chosen', async () => {
  update({ registrations: [ACCEPTED] });
  expect(partners()[0]).toEqual({
    uid: 'resampled',
    label: 'other (registered, within 0.31 mm)',
    refused: false,
  });
  await fuse('resampled');
  expect(shown()).toEqual(['set fixed', 'set resampled']);
  setBlend(0.8);
  expect(asked.at(-1)).toMatchObject({
    name: 'setViewportColormap',
    displaySetInstanceUID: 'set resampled',
    colormap: { name: 'hot_iron' },
    opacity: 0.8,
  });
  await fuse('');
  expect(shown()).toEqual(['set fixed']);
});

it('is a part of the panel where there is something to choose', () => {
  const { element, show } = fusionSection();
  document.body.replaceChildren(element);
  show(state);
  expect(element.hidden).toBe(false);
  expect([...element.querySelectorAll('#cdss-fusion-series option')]).toHaveLength(4);
  panes.set('pane', { viewportId: 'pane', displaySetInstanceUIDs: ['set flat'] });
  show(state);
  expect(element.hidden).toBe(true);
});
