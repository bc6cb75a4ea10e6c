// Window presets: Hounsfield windows for CT; for what has no unit, by the image's own values.
import { core } from './cornerstone.js';
import { state } from './store.js';
import { t } from './texts.js';

const CT = [
  { name: 'brain', center: 40, width: 80 },
  { name: 'stroke', center: 35, width: 40 },
  { name: 'subdural', center: 75, width: 215 },
  { name: 'soft', center: 40, width: 400 },
  { name: 'bone', center: 600, width: 2800 },
  { name: 'lung', center: -600, width: 1500 },
];
const BY_VALUES = [
  { name: 'default' },
  { name: 'auto', from: 0.01, to: 0.995 },
  { name: 'contrast', from: 0.4, to: 0.98 },
  { name: 'wide', from: 0, to: 1 },
];

let services = null;
let commands = null;

export function start({ servicesManager, commandsManager }) {
  services = servicesManager.services;
  commands = commandsManager;
}

export function presets() {
  const modality = activeDisplaySet()?.Modality ?? state.study?.modality;
  const list = modality === 'CT' ? CT : BY_VALUES;
  return list.map((preset, index) => ({ ...preset, key: String(index + 1), label: t(`window.${preset.name}`) }));
}

export function activeDisplaySet() {
  const { viewportGridService, displaySetService } = services;
  const viewportId = viewportGridService.getActiveViewportId();
  const [uid] = viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? [];
  return uid ? displaySetService.getDisplaySetByUID(uid) : undefined;
}

export function applyPreset(index) {
  const preset = presets()[index];
  const viewportId = services.viewportGridService.getActiveViewportId();
  const viewport = services.cornerstoneViewportService.getCornerstoneViewport(viewportId);
  const image = core().cache.getImage(viewport?.getCurrentImageId?.());
  if (!preset || !image) return;
  const { center, width } = preset.width ? preset : windowOf(image, preset);
  commands.run('setViewportWindowLevel', { viewportId, windowWidth: width, windowCenter: center });
}

function windowOf(image, { from, to }) {
  const [center, width] = [image.windowCenter, image.windowWidth].map(value => [value].flat()[0]);
  if (from === undefined && width > 1) return { center, width };
  const scale = image.preScale?.scaled ? value => value : value => value * image.slope + image.intercept;
  const values = Float32Array.from(image.getPixelData(), scale).sort();
  const at = part => values[Math.min(values.length - 1, Math.floor(part * values.length))];
  const [low, high] = [at(from ?? 0.01), at(to ?? 0.995)];
  return { center: (low + high) / 2, width: Math.max(1, high - low) };
}
