// One series over another in the active pane: only within one frame of reference. Across two, only the series that
// an accepted registration put on the grid of the fixed one: nobody knows how other images lie to each other.
import { ApiError, get } from './api.js';
import { startCheckerboard } from './checkerboard.js';
import { core } from './cornerstone.js';
import { commands, services, state, update, work } from './state.js';
import { t } from './texts.js';
import { activeViewportId, gridViewports, viewportOf } from './viewports.js';

/**
 * @import { DisplaySet, VolumeActor } from '../types/ohif'
 * @import { Colormap } from './state.js'
 * @typedef {{ uid: string, label: string, refused: boolean }} Partner `uid`: of a series
 */

/** @type {Colormap[]} */
export const COLORMAPS = ['hot_iron', 's_pet', 'hsv', 'Grayscale'];

/** Wider than any stored value: cornerstone would take the range of the images that are loaded by then. */
const ANY_VALUE = [-1e6, 1e6];

/** Shares and colours hold in each pane whose volumes are drawn anew, too. */
export function watchFusion() {
  const service = services().cornerstoneViewportService;
  void loadRegistrations();
  return service.subscribe(service.EVENTS.VIEWPORT_VOLUMES_CHANGED, applyBlend).unsubscribe;
}

async function loadRegistrations() {
  const path = `/api/ris/registrations/?study=${state.study?.study_instance_uid}&status=accepted&page_size=200`;
  try {
    update({ registrations: (await get(path)).results });
  } catch (error) {
    fusion({ problem: error instanceof ApiError ? error.sentence : t('fusion.failed') });
  }
}

/** @param {Partial<typeof state.fusion>} changes */
const fusion = changes => update({ fusion: { ...state.fusion, ...changes } });

/** @param {DisplaySet} set */
const isVolume = set => Boolean(set.images?.length) && set.isReconstructable;

/** @param {DisplaySet} set */
const frameOf = set => set.images?.[0]?.FrameOfReferenceUID ?? '';

/** Put by a registration on the grid of another series: it says so itself. @param {DisplaySet} set */
const isResampled = set => [set.images?.[0]?.ImageType ?? []].flat().includes('RESAMPLED');

/** @param {string} uid of a display set */
const setOf = uid => services().displaySetService.getDisplaySetByUID(uid);

const activePane = () => gridViewports().find(({ viewportId }) => viewportId === activeViewportId());

/** The series in the active pane, and what lies over it. */
export function fused() {
  const [fixed, moving] = (activePane()?.displaySetInstanceUIDs ?? []).map(setOf);
  return { fixed, moving };
}

/** One of several through a volume, whose colours and windows OHIF keeps alike. */
const isPlane = () => !fused().moving && /^volume/.test(activePane()?.viewportOptions?.viewportType ?? '');

/** @param {DisplaySet} fixed */
const registrationsOnto = fixed =>
  state.registrations.filter(
    one => one.fixed_series === fixed.SeriesInstanceUID && one.resampled_series,
  );

/**
 * What may lie over the series of the active pane, and what may not; nothing over a plane of a volume.
 *
 * @returns {Partner[]}
 */
export function partners() {
  const { fixed } = fused();
  if (!fixed || isPlane() || !isVolume(fixed)) return [];
  const others = services()
    .displaySetService.getDisplaySetsBy(set => isVolume(set))
    .filter(set => set !== fixed && !isResampled(set));
  const accepted = registrationsOnto(fixed);
  const registered = new Set(accepted.map(one => one.moving_series));
  return [
    ...accepted.map(one => ({
      uid: one.resampled_series,
      label: t('fusion.registered', { name: one.moving_description, mm: (one.error_mm ?? 0).toFixed(2) }),
      refused: false,
    })),
    ...others
      .filter(set => !registered.has(set.SeriesInstanceUID))
      .map(set => ({
        uid: set.SeriesInstanceUID,
        label: set.SeriesDescription || set.Modality,
        refused: !frameOf(fixed) || frameOf(set) !== frameOf(fixed),
      })),
  ];
}

/**
 * Lay the series over the one of the active pane, or say why not; empty: nothing over it.
 *
 * @param {string} seriesUid
 */
export function fuse(seriesUid) {
  const { fixed } = fused();
  const partner = partners().find(({ uid }) => uid === seriesUid);
  if (!fixed || !partner) return separate();
  const refused = t('fusion.refused', { name: partner.label });
  if (partner.refused) return fusion({ problem: refused });
  const moving = services().displaySetService.getDisplaySetsForSeries(seriesUid).find(isVolume);
  if (!moving) return fusion({ problem: t('fusion.missing') });
  if (frameOf(moving) !== frameOf(fixed)) return fusion({ problem: refused });
  fusion({ problem: '', checkerboard: false });
  return put([fixed, moving], 'volume');
}

function separate() {
  const { fixed, moving } = fused();
  fusion({ problem: '', checkerboard: false });
  if (fixed && moving) put([fixed], 'stack');
}

/**
 * @param {DisplaySet[]} sets
 * @param {'stack' | 'volume'} viewportType
 */
function put(sets, viewportType) {
  work.stopCheckerboard();
  const viewportId = activeViewportId();
  const displaySetInstanceUIDs = sets.map(set => set.displaySetInstanceUID);
  commands().run('updateStoredPositionPresentation', { viewportId, displaySetInstanceUIDs });
  const viewportOptions = { viewportType, orientation: 'acquisition' };
  const displaySetOptions = sets.map(() => ({}));
  services().viewportGridService.setDisplaySetsForViewports([
    { viewportId, displaySetInstanceUIDs, viewportOptions, displaySetOptions },
  ]);
}

/** @param {number} blend 0: the fixed series alone; 1: the other one alone */
export function setBlend(blend) {
  fusion({ blend });
  applyBlend();
}

/** @param {Colormap} colormap */
export function setColormap(colormap) {
  fusion({ colormap });
  applyBlend();
}

/** @param {boolean} checkerboard squares of both series in turn, instead of a blend */
export function setCheckerboard(checkerboard) {
  fusion({ checkerboard });
  applyBlend();
}

/** In each pane with one series over another. */
function applyBlend() {
  work.stopCheckerboard();
  const { blend, checkerboard } = state.fusion;
  const stops = gridViewports().map(({ viewportId, displaySetInstanceUIDs }) => {
    const uid = displaySetInstanceUIDs?.[1];
    const actor = uid && upperActor(viewportId, uid);
    if (!actor) return () => {};
    unveil(actor);
    /** @param {number} share */
    const draw = share => drawUpper(viewportId, uid, share);
    if (checkerboard) return startCheckerboard(viewportId, draw);
    draw(blend);
    return () => {};
  });
  work.stopCheckerboard = () => stops.forEach(stop => stop());
}

/**
 * @param {string} viewportId
 * @param {string} uid of the display set
 */
const upperActor = (viewportId, uid) =>
  viewportOf(viewportId)?.getActors().find(({ referencedId }) => referencedId?.includes(uid))?.actor;

/**
 * Cornerstone hides a volume that comes later, and draws the slab of a pane as a fog of 0.1 mm, in which an
 * opacity of 50 % per mm is one of 7 %. A maximum along the ray has the opacity as it is given.
 *
 * @param {VolumeActor} actor
 */
function unveil(actor) {
  const mapper = actor.getMapper();
  mapper.setBlendMode(core().Enums.BlendModes.MAXIMUM_INTENSITY_BLEND);
  actor.getProperty().setScalarOpacityUnitDistance(0, mapper.getSampleDistance());
  actor.setVisibility(true);
}

/**
 * @param {string} viewportId
 * @param {string} displaySetInstanceUID
 * @param {number} share 0 to 1
 */
function drawUpper(viewportId, displaySetInstanceUID, share) {
  commands().run('setViewportColormap', {
    viewportId,
    displaySetInstanceUID,
    colormap: { name: state.fusion.colormap },
    opacity: ANY_VALUE.map(value => ({ value, opacity: share })),
    immediate: true,
  });
}
