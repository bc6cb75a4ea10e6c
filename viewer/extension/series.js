// What is unusual about a series, and what follows: shown image by image where planes through it
// would be wrong, or not shown at all.
import { call } from './api.js';
import { ohifConfig, services, state } from './state.js';

/** @import { DataSource, DisplaySet, HangingProtocolService, SeriesRequest } from '../types/ohif' */

/** Masks, maps and registrations of the archive: ours come from the API, others are not read rightly by this OHIF. */
const OVERLAYS = ['SEG', 'RTSTRUCT', 'PMAP', 'REG'];
/** What is about images and is none. */
const NO_IMAGES = [...OVERLAYS, 'SR', 'PR', 'KO'];
const MANY_IMAGES = 1500;
/** OHIF's DisplaySetMessage.CODES, the gravest first. */
/** @type {[number, 'series.orientations' | 'series.sizes' | 'series.missing' | 'series.spacing'][]} */
const MESSAGES = [
  [11, 'series.orientations'],
  [9, 'series.sizes'],
  [7, 'series.missing'],
  [8, 'series.spacing'],
];

/**
 * Of a study's series ask for the one to begin with; the others follow once it is there.
 *
 * @param {string | null} seriesInstanceUid
 * @param {DataSource} source
 */
export function beginWith(seriesInstanceUid, { retrieve: { series } }) {
  const { metadata } = series;
  series.metadata = async options => {
    /** @type {SeriesRequest[]} */
    const found = await metadata(options);
    if (!options.returnPromises) return found;
    const wanted = found.filter(one => !OVERLAYS.includes(one.metadata.Modality));
    const first = wanted.find(one => one.metadata.SeriesInstanceUID === seriesInstanceUid);
    if (!first) return wanted;
    const others = wanted
      .filter(one => one !== first)
      .map(one => ({
        metadata: one.metadata,
        start: async () => {
          void first.start().finally(one.start);
        },
      }));
    return [first, ...others];
  };
}

/**
 * In the list of studies: images and what made them, without SEG, SR and the like.
 *
 * @param {DataSource} source
 */
export function countImages({ query: { studies } }) {
  const { search } = studies;
  studies.search = async (...asked) => {
    const found = await search(...asked);
    return found.map(row => ({
      ...row,
      instances: imagesOf(row.studyInstanceUid) ?? row.instances,
      modalities: row.modalities
        ?.split(/[\\/]/)
        .filter(modality => !NO_IMAGES.includes(modality))
        .join('/'),
    }));
  };
}

/** @param {string} uid of a study */
function imagesOf(uid) {
  const { study } = state;
  if (uid === study?.study_instance_uid)
    return study.series
      .filter(({ modality }) => !NO_IMAGES.includes(modality))
      .reduce((sum, series) => sum + (series.images ?? series.instances), 0);
  const other = [...(study?.priors ?? []), ...(study?.other_studies ?? [])];
  return other.find(found => found.study_instance_uid === uid)?.image_count;
}

/**
 * The ends of a stack are mostly air.
 *
 * @param {HangingProtocolService} hangingProtocolService
 */
export function beginInTheMiddle(hangingProtocolService) {
  const [{ viewports }] = hangingProtocolService.getDefaultProtocol().stages;
  for (const { viewportOptions } of viewports)
    viewportOptions.initialImageOptions = { preset: 'middle' };
}

/** @param {DisplaySet} displaySet */
const flawOf = displaySet =>
  MESSAGES.find(([code]) => displaySet.messages?.includesMessage(code))?.[1];

/**
 * The picture for the list, as the server keeps it: no frame and no graphics context for it.
 *
 * @param {DisplaySet} displaySet
 */
async function picture({ SeriesInstanceUID }) {
  const response = await call(`/api/ris/series/${SeriesInstanceUID}/preview/`).catch(() => null);
  return response && URL.createObjectURL(await response.blob());
}

/**
 * Leave out what would be drawn wrongly, and planes that are wrong or too deep for the card.
 *
 * @param {DisplaySet} displaySet
 */
export function prepareDisplaySet(displaySet) {
  const deepest = ohifConfig().max3DTextureSize;
  if (displaySet.unsupported && OVERLAYS.includes(displaySet.Modality)) {
    services().displaySetService.deleteDisplaySet(displaySet.displaySetInstanceUID);
  } else if (flawOf(displaySet) || displaySet.numImageFrames > deepest) {
    displaySet.isReconstructable = false;
  }
  if (displaySet.images) displaySet.getThumbnailSrc = () => picture(displaySet);
}

/**
 * Names of sentences for a person.
 *
 * @param {DisplaySet} displaySet
 */
export function seriesNotes(displaySet) {
  const { numImageFrames, isReconstructable } = displaySet;
  if (numImageFrames === 1) return [/** @type {const} */ ('series.single')];
  const flat =
    flawOf(displaySet) ??
    (numImageFrames > 1 && !isReconstructable ? /** @type {const} */ ('series.flat') : null);
  const many = numImageFrames >= MANY_IMAGES ? /** @type {const} */ ('series.many') : null;
  return [flat, many].filter(note => note !== null);
}
