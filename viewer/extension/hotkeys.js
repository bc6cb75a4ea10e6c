// The keys of the reading room, as OHIF's list of hotkeys. Names are shown in its preferences.
import { t } from './texts.js';

/** @import { TextKey } from './texts.js' */

/**
 * @param {string} key
 * @param {string} action of index.js
 * @param {TextKey} label
 * @param {object} [options]
 */
const own = (key, action, label, options = {}) => ({
  commandName: 'cdss',
  commandOptions: { action, ...options },
  label: t(label),
  keys: [key],
});
/**
 * @param {string} key
 * @param {string} commandName
 * @param {TextKey} label
 * @param {object} [commandOptions]
 */
const ohif = (key, commandName, label, commandOptions = {}) => ({
  commandName,
  commandOptions,
  label: t(label),
  keys: [key],
});

export const hotkeys = () => [
  own('w', 'tool', 'key.window', { tool: 'WindowLevel' }),
  own('p', 'tool', 'key.pan', { tool: 'Pan' }),
  own('z', 'tool', 'key.zoom', { tool: 'Zoom' }),
  own('s', 'tool', 'key.scroll', { tool: 'StackScroll' }),
  own('l', 'tool', 'key.length', { tool: 'Length' }),
  own('a', 'tool', 'key.angle', { tool: 'Angle' }),
  own('o', 'tool', 'key.ellipse', { tool: 'EllipticalROI' }),
  own('d', 'tool', 'key.freehand', { tool: 'PlanarFreehandROI' }),
  own('b', 'tool', 'key.brush', { tool: 'brush' }),
  own('e', 'tool', 'key.eraser', { tool: 'eraser' }),
  own('t', 'tool', 'key.threshold', { tool: 'threshold' }),
  own('f', 'fill', 'key.fill'),
  own('[', 'resize', 'key.smaller', { factor: 0.8 }),
  own(']', 'resize', 'key.larger', { factor: 1.25 }),
  own('x', 'toggleMask', 'key.mask'),
  own('c', 'compare', 'key.compare'),
  own('ctrl+s', 'save', 'key.save'),
  own('ctrl+z', 'undo', 'key.undo'),
  ohif('ctrl+y', 'redo', 'key.redo'),
  own('ctrl+shift+z', 'redo', 'key.redo'),
  ...[0, 1, 2, 3, 4, 5].map(index => own(String(index + 1), 'window', 'key.preset', { index })),
  ohif('i', 'invertViewport', 'key.invert'),
  ohif('r', 'rotateViewportCW', 'key.rotate'),
  ohif('h', 'flipViewportHorizontal', 'key.flipH'),
  ohif('v', 'flipViewportVertical', 'key.flipV'),
  ohif('space', 'resetViewport', 'key.reset'),
  ohif('=', 'fitViewportToWindow', 'key.fit'),
  ohif('down', 'nextImage', 'key.next'),
  ohif('up', 'previousImage', 'key.previous'),
  ohif('home', 'firstImage', 'key.first'),
  ohif('end', 'lastImage', 'key.last'),
  ohif('pagedown', 'updateViewportDisplaySet', 'key.nextSeries', { direction: 1 }),
  ohif('pageup', 'updateViewportDisplaySet', 'key.previousSeries', { direction: -1 }),
  ohif('right', 'incrementActiveViewport', 'key.nextViewport'),
  ohif('left', 'decrementActiveViewport', 'key.previousViewport'),
  ohif('backspace', 'deleteActiveAnnotation', 'key.deleteMeasurement'),
  ohif('esc', 'cancelActiveOperation', 'key.cancel'),
];
