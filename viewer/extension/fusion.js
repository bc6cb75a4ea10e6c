// One series over another in the active pane: only within one frame of reference. Across two, only the series that
// an accepted registration put on the grid of the fixed one: nobody knows how other images lie to each other.
import { ApiError, get } from './api.js';
import { startCheckerboard } from './checkerboard.js';
import { commands, services, state, update, work } from './state.js';
import { t } from './texts.js';
import { activeViewportId, gridViewports, until, viewportOf } from './viewports.js';

/**
 * @import { DisplaySet } from '../types/ohif'
 * @import { Colormap } from './state.js'
 * @typedef {{ uid: string, label: string, refused: boolean }} Partner `uid`: of a series
 */

/** @type {Colormap[]} */
export const COLORMAPS = ['hot_iron', 's_pet', 'hsv', 'Grayscale'];

export async function loadRegistrations() {
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

const activeSets = () =>
  (gridViewports().find(({ viewportId }) => viewportId === activeViewportId())?.displaySetInstanceUIDs ?? []).map(setOf);

/** The series in the active pane, and what lies over it. */
export function fused() {
  const [fixed, moving] = activeSets();
  return { fixed, moving };
}

/** @param {DisplaySet} fixed */
const registrationsOnto = fixed =>
  state.registrations.filter(
    one => one.fixed_series === fixed.SeriesInstanceUID && one.resampled_series,
  );

/**
 * What may lie over the series of the active pane, and what may not.
 *
 * @returns {Partner[]}
 */
export function partners() {
  const { fixed } = fused();
  if (!fixed || !isVolume(fixed)) return [];
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
export async function fuse(seriesUid) {
  const { fixed } = fused();
  const partner = partners().find(({ uid }) => uid === seriesUid);
  if (!fixed || !partner) return separate();
  if (partner.refused) return refuse(t('fusion.refused', { name: partner.label }));
  const moving = services().displaySetService.getDisplaySetsForSeries(seriesUid).find(isVolume);
  if (!moving) return refuse(t('fusion.missing'));
  if (frameOf(moving) !== frameOf(fixed)) return refuse(t('fusion.refused', { name: partner.label }));
  const { blend: opacity, colormap: name } = state.fusion;
  fusion({ problem: '', checkerboard: false });
  await put([fixed, moving], 'volume', [{}, { colormap: { name, opacity } }]);
  applyBlend();
}

async function separate() {
  const { fixed, moving } = fused();
  fusion({ problem: '', checkerboard: false });
  if (fixed && moving) await put([fixed], 'stack', [{}]);
}

/** @param {string} problem */
function refuse(problem) {
  fusion({ problem });
}

/**
 * @param {DisplaySet[]} sets
 * @param {'stack' | 'volume'} viewportType
 * @param {object[]} displaySetOptions
 */
async function put(sets, viewportType, displaySetOptions) {
  work.stopCheckerboard();
  const viewportId = activeViewportId();
  const displaySetInstanceUIDs = sets.map(set => set.displaySetInstanceUID);
  commands().run('updateStoredPositionPresentation', { viewportId, displaySetInstanceUIDs });
  const viewportOptions = { viewportType, orientation: 'acquisition' };
  services().viewportGridService.setDisplaySetsForViewports([
    { viewportId, displaySetInstanceUIDs, viewportOptions, displaySetOptions },
  ]);
  await until(() => viewportOf(viewportId)?.getActors().length >= sets.length);
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

function applyBlend() {
  const { moving } = fused();
  work.stopCheckerboard();
  if (!moving) return;
  const { blend, colormap: name, checkerboard } = state.fusion;
  const viewportId = activeViewportId();
  /** @param {number} opacity */
  const draw = opacity =>
    commands().run('setViewportColormap', {
      viewportId,
      displaySetInstanceUID: moving.displaySetInstanceUID,
      colormap: { name },
      opacity,
      immediate: true,
    });
  if (checkerboard) work.stopCheckerboard = startCheckerboard(viewportId, draw);
  else draw(blend);
}
