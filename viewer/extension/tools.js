// The editing tools. OHIF's own brushes paint; here they are chosen and set.
import { core, tools } from './cornerstone.js';
import { fillBetween } from './fill.js';
import { MASK, applyAppearance, changeByPage } from './mask.js';
import { forgetPrompt, putAway } from './prompt.js';
import { editable } from './review.js';
import { commands, services, shownSegmentation, state, update } from './state.js';
import { t } from './texts.js';

const GROUPS = ['default', 'mpr'];
const NAMES = {
  brush: { flat: 'CircularBrush', sphere: 'SphereBrush' },
  eraser: { flat: 'CircularEraser', sphere: 'SphereEraser' },
  threshold: { flat: 'ThresholdCircularBrushDynamic', sphere: 'ThresholdSphereBrushDynamic' },
};
/** @typedef {keyof typeof NAMES} EditingTool */

/** @type {EditingTool[]} */
export const EDITING = ['brush', 'eraser', 'threshold'];
export const RADIUS_MM = { min: 0.5, max: 50 };

/**
 * @param {string} tool
 * @returns {tool is EditingTool}
 */
export const isEditing = tool => EDITING.some(name => name === tool);

/** @param {string} tool brush, eraser, threshold, or the name of one of OHIF's tools */
export function chooseTool(tool) {
  if (isEditing(tool) && !editable()) {
    notify(t('tools.notNow'), 'warning');
    return;
  }
  putAway();
  const toolName = isEditing(tool) ? NAMES[tool][state.sphere ? 'sphere' : 'flat'] : tool;
  commands().run('setToolActiveToolbar', { toolName, toolGroupIds: GROUPS });
  update({ tool });
  if (isEditing(tool)) setRadius(state.brushRadius);
}

/** @param {boolean} sphere */
export function setSphere(sphere) {
  update({ sphere });
  if (isEditing(state.tool)) chooseTool(state.tool);
}

/** @param {number} radius mm */
export function setRadius(radius) {
  const brushRadius = Math.min(RADIUS_MM.max, Math.max(RADIUS_MM.min, radius));
  commands().run('setBrushSize', { value: brushRadius });
  update({ brushRadius });
}

/** @param {number} factor */
export const resizeBrush = factor => setRadius(Math.round(state.brushRadius * factor * 2) / 2);

export function undo() {
  forgetPrompt();
  commands().run('undo');
}

export function redo() {
  forgetPrompt();
  commands().run('redo');
}

export async function fillSlices() {
  if (!editable()) {
    notify(t('tools.notNow'), 'warning');
    return;
  }
  const label = activeSegment();
  const slices = await changeByPage(() => fillBetween(label));
  notify(
    slices ? t('tools.filled', { count: slices }) : t('tools.nothingToFill'),
    slices ? 'success' : 'info',
  );
}

export const activeSegment = () =>
  tools().segmentation.segmentIndex.getActiveSegmentIndex(MASK) ??
  shownSegmentation().segments[0].number;

/** @param {number} number */
export function setActiveSegment(number) {
  services().segmentationService.setActiveSegment(MASK, number);
  update({ activeSegment: number });
}

/** @param {number} number */
export function toggleSegment(number) {
  const hidden = state.hidden.includes(number)
    ? state.hidden.filter(known => known !== number)
    : [...state.hidden, number];
  update({ hidden });
  applyAppearance();
}

export function toggleMask() {
  if (!state.segmentation) return;
  const all = state.segmentation.segments.map(segment => segment.number);
  update({ hidden: state.hidden.length ? [] : all });
  applyAppearance();
}

/** @param {number} opacity 0 to 1 */
export function setOpacity(opacity) {
  update({ opacity });
  applyAppearance();
}

/**
 * @param {number} number
 * @param {string} color
 */
export function setColor(number, color) {
  update({ colors: { ...state.colors, [number]: color } });
  applyAppearance();
}

/**
 * @param {string} message
 * @param {'info' | 'success' | 'warning'} [type]
 */
function notify(message, type = 'info') {
  services().uiNotificationService.show({ title: t('title'), message, type, duration: 4000 });
}

/** A key or a toolbar button may have changed the tool behind our back. */
export function watchTool() {
  const { TOOL_ACTIVATED } = tools().Enums.Events;
  /** @param {CustomEvent<{ toolName: string, toolGroupId: string }>} event */
  const activated = ({ detail: { toolName, toolGroupId } }) => {
    if (toolGroupId !== 'default') return;
    putAway();
    const own = EDITING.find(name => Object.values(NAMES[name]).includes(toolName));
    update({ tool: own ?? toolName });
  };
  core().eventTarget.addEventListener(TOOL_ACTIVATED, activated);
  return () => core().eventTarget.removeEventListener(TOOL_ACTIVATED, activated);
}
