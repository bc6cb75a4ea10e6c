// Window presets: Hounsfield windows for CT; for what has no unit, by the image's own values.
import { core } from './cornerstone.js';
import { commands, state } from './state.js';
import { t } from './texts.js';
import { activeDisplaySet, activeViewportId, viewportOf } from './viewports.js';

/**
 * @import { Image } from '../types/ohif'
 * @typedef {'brain' | 'stroke' | 'subdural' | 'soft' | 'bone' | 'lung' | 'original' | 'auto'
 *   | 'contrast' | 'wide'} PresetName
 * @typedef {object} Preset
 * @property {PresetName} name
 * @property {number} [center]
 * @property {number} [width]
 * @property {number} [from] share of the image's own values, 0 to 1
 * @property {number} [to]
 */

/** @type {Preset[]} */
const CT = [
  { name: 'brain', center: 40, width: 80 },
  { name: 'stroke', center: 35, width: 40 },
  { name: 'subdural', center: 75, width: 215 },
  { name: 'soft', center: 40, width: 400 },
  { name: 'bone', center: 600, width: 2800 },
  { name: 'lung', center: -600, width: 1500 },
];
/** @type {Preset[]} */
const BY_VALUES = [
  { name: 'original' },
  { name: 'auto', from: 0.01, to: 0.995 },
  { name: 'contrast', from: 0.4, to: 0.98 },
  { name: 'wide', from: 0, to: 1 },
];

const SAMPLED_IMAGES = 9;

export function presets() {
  const modality = activeDisplaySet()?.Modality ?? state.study?.modality;
  const list = modality === 'CT' ? CT : BY_VALUES;
  return list.map((preset, index) => ({
    ...preset,
    key: String(index + 1),
    label: t(`window.${preset.name}`),
  }));
}

/** @param {number} index */
export function applyPreset(index) {
  const preset = presets()[index];
  const viewportId = activeViewportId();
  const image = [
    viewportOf(viewportId)?.getCurrentImageId?.(),
    ...(activeDisplaySet()?.imageIds ?? []),
  ]
    .map(imageId => core().cache.getImage(imageId))
    .find(Boolean);
  if (!preset || !image) return;
  const { center, width } = preset.width ? preset : windowOf(image, preset);
  commands().run('setViewportWindowLevel', { viewportId, windowWidth: width, windowCenter: center });
}

/**
 * A preset for CT by its name.
 *
 * @param {string} viewportId
 * @param {string} name
 */
export function applyWindow(viewportId, name) {
  const { width: windowWidth, center: windowCenter } = CT.find(preset => preset.name === name) ?? {};
  if (windowWidth) commands().run('setViewportWindowLevel', { viewportId, windowWidth, windowCenter });
}

/**
 * From the values of up to nine images of the series that are here, the background left out.
 *
 * @param {Image} image
 * @param {Preset} preset
 */
function windowOf(image, { from, to }) {
  const [center, width] = [image.windowCenter, image.windowWidth].map(value => [value].flat()[0]);
  if (from === undefined && width > 1) return { center, width };
  const values = Float32Array.from(sample(image)).sort();
  const inside = values.subarray(values.findIndex(value => value > values[0]));
  /** @param {number} part */
  const at = part => inside[Math.min(inside.length - 1, Math.floor(part * inside.length))];
  const [low, high] = [at(from ?? 0.01), at(to ?? 0.995)];
  return { center: (low + high) / 2, width: Math.max(2, high - low) };
}

/** @param {Image} image */
function* sample(image) {
  const imageIds = activeDisplaySet()?.imageIds ?? [];
  const cached = imageIds.map(imageId => core().cache.getImage(imageId)).filter(found => found !== undefined);
  const step = Math.max(1, Math.floor(cached.length / SAMPLED_IMAGES));
  for (const { preScale, slope, intercept, getPixelData } of [
    image,
    ...cached.filter((_, at) => at % step === 0),
  ]) {
    const scale = preScale?.scaled ? [1, 0] : [slope, intercept];
    const pixels = getPixelData();
    for (let at = 0; at < pixels.length; at += 7) yield pixels[at] * scale[0] + scale[1];
  }
}
