// What is unusual about a series, and what follows: shown image by image where planes through it
// would be wrong, or not shown at all.
import { call } from './api.js';

/** Masks of the archive: ours are drawn from the API, others are not read rightly by this OHIF. */
const OVERLAYS = ['SEG', 'RTSTRUCT'];
const MANY_IMAGES = 1500;
/** OHIF's DisplaySetMessage.CODES, the gravest first. */
const MESSAGES = [
  [11, 'series.orientations'],
  [9, 'series.sizes'],
  [7, 'series.missing'],
  [8, 'series.spacing'],
];

/** Of a study's series ask for the one to begin with; the others follow once it is there. */
export function beginWith(seriesInstanceUid, { retrieve: { series } }) {
  const { metadata } = series;
  series.metadata = async options => {
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
          first.start().finally(one.start);
        },
      }));
    return [first, ...others];
  };
}

/** The ends of a stack are mostly air. */
export function beginInTheMiddle(hangingProtocolService) {
  const [{ viewports }] = hangingProtocolService.getDefaultProtocol().stages;
  for (const { viewportOptions } of viewports)
    viewportOptions.initialImageOptions = { preset: 'middle' };
}

const flaw = displaySet =>
  MESSAGES.find(([code]) => displaySet.messages?.includesMessage(code))?.[1];

/** The picture for the list, as the server keeps it: no frame and no graphics context for it. */
async function picture({ SeriesInstanceUID }) {
  const response = await call(`/api/ris/series/${SeriesInstanceUID}/preview/`).catch(() => null);
  return response && URL.createObjectURL(await response.blob());
}

/** Leave out what would be drawn wrongly, and planes that are wrong or too deep for the card. */
export function admit(displaySet, displaySetService, deepest) {
  if (displaySet.unsupported && OVERLAYS.includes(displaySet.Modality)) {
    displaySetService.deleteDisplaySet(displaySet.displaySetInstanceUID);
  } else if (flaw(displaySet) || displaySet.numImageFrames > deepest) {
    displaySet.isReconstructable = false;
  }
  if (displaySet.images) displaySet.getThumbnailSrc = () => picture(displaySet);
}

/** Names of sentences for a person. */
export function peculiarities(displaySet) {
  const { numImageFrames, isReconstructable } = displaySet;
  if (numImageFrames === 1) return ['series.single'];
  const flat =
    flaw(displaySet) ?? (numImageFrames > 1 && !isReconstructable ? 'series.flat' : null);
  return [flat, numImageFrames >= MANY_IMAGES ? 'series.many' : null].filter(Boolean);
}
