// The editing tools. OHIF's own brushes paint; here they are chosen and set.
import { core, tools } from './cornerstone.js';
import { fillBetween } from './fill.js';
import { MASK, applyLook, changeQuietly } from './mask.js';
import { editable } from './review.js';
import { state, update } from './store.js';
import { t } from './texts.js';

const GROUPS = ['default', 'mpr'];
const NAMES = {
  brush: { flat: 'CircularBrush', sphere: 'SphereBrush' },
  eraser: { flat: 'CircularEraser', sphere: 'SphereEraser' },
  threshold: { flat: 'ThresholdCircularBrushDynamic', sphere: 'ThresholdSphereBrushDynamic' },
};
export const EDITING = Object.keys(NAMES);
export const RADIUS_MM = { min: 0.5, max: 50 };

let commands = null;
let services = null;

export function start({ commandsManager, servicesManager }) {
  commands = commandsManager;
  services = servicesManager.services;
}

/** `tool`: brush, eraser, threshold, or the name of one of OHIF's tools. */
export function choose(tool) {
  if (EDITING.includes(tool) && !editable()) {
    notify(t('tools.notNow'), 'warning');
    return;
  }
  const toolName = NAMES[tool]?.[state.sphere ? 'sphere' : 'flat'] ?? tool;
  commands.run('setToolActiveToolbar', { toolName, toolGroupIds: GROUPS });
  update({ tool });
  if (EDITING.includes(tool)) setRadius(state.brushRadius);
}

export function setSphere(sphere) {
  update({ sphere });
  if (EDITING.includes(state.tool)) choose(state.tool);
}

export function setRadius(radius) {
  const brushRadius = Math.min(RADIUS_MM.max, Math.max(RADIUS_MM.min, radius));
  commands.run('setBrushSize', { value: brushRadius });
  update({ brushRadius });
}

export const resizeBrush = factor => setRadius(Math.round(state.brushRadius * factor * 2) / 2);

export function undo() {
  commands.run('undo');
}

export function redo() {
  commands.run('redo');
}

export async function fill() {
  if (!editable()) {
    notify(t('tools.notNow'), 'warning');
    return;
  }
  const label = activeSegment();
  const slices = await changeQuietly(() => fillBetween(label));
  notify(
    t(slices ? 'tools.filled' : 'tools.nothingToFill', { slices }),
    slices ? 'success' : 'info',
  );
}

export const activeSegment = () =>
  tools().segmentation.segmentIndex.getActiveSegmentIndex(MASK) ??
  state.segmentation.segments[0].number;

export function setActiveSegment(number) {
  services.segmentationService.setActiveSegment(MASK, number);
  update({ activeSegment: number });
}

export function toggleSegment(number) {
  const hidden = state.hidden.includes(number)
    ? state.hidden.filter(known => known !== number)
    : [...state.hidden, number];
  update({ hidden });
  applyLook();
}

export function toggleMask() {
  if (!state.segmentation) return;
  const all = state.segmentation.segments.map(segment => segment.number);
  update({ hidden: state.hidden.length ? [] : all });
  applyLook();
}

export function setOpacity(opacity) {
  update({ opacity });
  applyLook();
}

export function setColor(number, color) {
  update({ colors: { ...state.colors, [number]: color } });
  applyLook();
}

export function notify(message, type = 'info') {
  services.uiNotificationService.show({ title: t('title'), message, type, duration: 4000 });
}

/** A key or a toolbar button may have changed the tool behind our back. */
export function watchTool() {
  const { TOOL_ACTIVATED } = tools().Enums.Events;
  const heard = ({ detail: { toolName, toolGroupId } }) => {
    if (toolGroupId !== 'default') return;
    const own = EDITING.find(name => Object.values(NAMES[name]).includes(toolName));
    update({ tool: own ?? toolName });
  };
  core().eventTarget.addEventListener(TOOL_ACTIVATED, heard);
  return () => core().eventTarget.removeEventListener(TOOL_ACTIVATED, heard);
}
