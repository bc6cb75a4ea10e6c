// What is unusual about a series, and what follows: shown image by image where planes through it
// would be wrong, or not shown at all.

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

const flaw = displaySet => MESSAGES.find(([code]) => displaySet.messages?.includesMessage(code))?.[1];

/** Leave out what would be drawn wrongly, and planes that are wrong or too deep for the card. */
export function admit(displaySet, displaySetService, deepest) {
  if (displaySet.unsupported && OVERLAYS.includes(displaySet.Modality)) {
    displaySetService.deleteDisplaySet(displaySet.displaySetInstanceUID);
  } else if (flaw(displaySet) || displaySet.numImageFrames > deepest) {
    displaySet.isReconstructable = false;
  }
}

/** Names of sentences for a person. */
export function peculiarities(displaySet) {
  const { numImageFrames, isReconstructable } = displaySet;
  if (numImageFrames === 1) return ['series.single'];
  const flat = flaw(displaySet) ?? (numImageFrames > 1 && !isReconstructable ? 'series.flat' : null);
  return [flat, numImageFrames >= MANY_IMAGES ? 'series.many' : null].filter(Boolean);
}
