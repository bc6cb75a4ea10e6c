// The one mode of this viewer, at /ohif/viewer: OHIF's basic mode with our panel, the brushes in
// its tool groups, our keys, and its buttons in the person's language.
import { buttonTexts, framed } from '../extension/texts.js';
import { hotkeys } from '../extension/hotkeys.js';
import { offered } from '../extension/layouts.js';

/** @import { BasicMode, Managers, ToolbarButton } from '../types/ohif' */

const REVIEW = '@cdss/extension.panelModule.review';
const MEASUREMENTS = '@ohif/extension-cornerstone.panelModule.panelMeasurement';
const PRESETS = 'layoutSelector.advancedPresetGenerator';
const BRUSHES = { $reference: 'cornerstone.segmentationTools' };

/** No SEG handler: 3.13.2 reads the bits of a SEG in the wrong order when rows x columns is not
    divisible by 8. Masks come from the API as labelmaps. */
const HANDLERS = [
  '@ohif/extension-dicom-video.sopClassHandlerModule.dicom-video',
  '@ohif/extension-default.sopClassHandlerModule.stack',
  '@ohif/extension-dicom-pdf.sopClassHandlerModule.dicom-pdf',
  '@ohif/extension-cornerstone-dicom-sr.sopClassHandlerModule.dicom-sr-3d',
  '@ohif/extension-cornerstone-dicom-sr.sopClassHandlerModule.dicom-sr',
];
const EXTENSIONS = [
  '@ohif/extension-default',
  '@ohif/extension-cornerstone',
  '@ohif/extension-cornerstone-dicom-sr',
  '@ohif/extension-dicom-pdf',
  '@ohif/extension-dicom-video',
];
const TOOLBAR = {
  primary: [
    'MeasurementTools',
    'WindowLevel',
    'Pan',
    'Zoom',
    'Layout',
    'Crosshairs',
    'MoreTools',
    'Capture',
  ],
  MoreTools: [
    'Reset',
    'rotate-right',
    'flipHorizontal',
    'invert',
    'StackScroll',
    'ImageSliceSync',
    'ReferenceLines',
    'Probe',
    'Cine',
    'Angle',
    'CobbAngle',
    'Magnify',
    'WindowLevelRegion',
    'TagBrowser',
  ],
};

/**
 * Not the button whose condition comes with the SEG extension, nor OHIF's way of laying images over each
 * other: it would change the lower ones to another frame of reference (extension/fusion.js is ours).
 *
 * @param {ToolbarButton[]} buttons
 */
function translated(buttons) {
  return buttons
    .filter(({ id }) => !['SegmentLabelTool', 'dataOverlayMenu'].includes(id))
    .map(button => {
      const text = buttonTexts()[button.id];
      return text ? { ...button, props: { ...button.props, label: text, tooltip: text } } : button;
    });
}

/** Below this width the panels lie over the images (panel.css), closed until somebody asks. */
const NARROW = 900;

/** At most 35 % of the width for both; on a phone, as much as leaves a way back. */
function panels() {
  const width = window.innerWidth;
  const closed = width < NARROW;
  const [left, right] = closed
    ? [Math.min(282, width - 60), Math.min(340, width - 60)]
    : [Math.min(282, Math.floor(width * 0.12)), Math.min(340, Math.floor(width * 0.22))];
  return {
    leftPanelClosed: closed || framed(),
    rightPanelClosed: closed,
    leftPanelInitialExpandedWidth: left,
    rightPanelInitialExpandedWidth: right,
    leftPanelMinimumExpandedWidth: Math.min(145, left),
    rightPanelMinimumExpandedWidth: Math.min(280, right),
  };
}

/**
 * @param {object} options
 * @param {(names: string[]) => Promise<{ modeInstance: BasicMode }[]>} options.loadModules
 */
async function modeFactory({ loadModules }) {
  const [{ modeInstance: basic }] = await loadModules(['@ohif/mode-basic']);
  const [route] = basic.routes;
  const { viewports } = route.layoutInstance.props;
  const shown = viewports.filter(({ namespace }) => !/dicom-(seg|pmap|rt)\./.test(namespace));
  const layoutInstance = {
    ...route.layoutInstance,
    props: {
      ...route.layoutInstance.props,
      viewports: shown,
      rightPanels: [REVIEW, MEASUREMENTS],
      ...panels(),
    },
  };
  return {
    ...basic,
    id: '@cdss/mode',
    routeName: 'viewer',
    displayName: 'NeuroNova',
    hide: false,
    extensions: Object.fromEntries(EXTENSIONS.map(name => [name, '^3.0.0'])),
    sopClassHandlers: HANDLERS,
    toolbarSections: [{ $reference: 'cornerstone.toolbarSections' }, TOOLBAR],
    toolGroupAdditions: { default: [BRUSHES], mpr: [BRUSHES] },
    modeCustomizations: {
      'ohif.hotkeyBindings': { $set: hotkeys() },
      'panelSegmentation.disableUpdateSegmentationStats': { $set: true },
    },
    /** @param {Managers} context */
    onModeEnter(context) {
      const { customizationService } = context.servicesManager.services;
      const buttons = customizationService.getCustomization('toolbarButtons');
      const presets = customizationService.getCustomization(PRESETS);
      customizationService.setCustomizations({
        toolbarButtons: { $set: translated(buttons) },
        [PRESETS]: { $set: offered(presets) },
      });
      basic.onModeEnter.call(this, context);
    },
    routes: [{ ...route, path: 'viewer', layoutInstance }],
  };
}

export default { id: '@cdss/mode', modeFactory };
