// Layouts with a 3D pane are for images alone: what OHIF draws of a mask in 3D comes late, or not at all.
import { commands, services, state, subscribe } from './state.js';
import { t } from './texts.js';
import { activeViewportId, gridViewports, until } from './viewports.js';

/**
 * @import { LayoutPreset, PresetGenerator } from '../types/ohif'
 */

/** @param {{ viewportOptions?: { viewportType?: string } }} pane */
const is3D = ({ viewportOptions }) => viewportOptions?.viewportType === 'volume3d';

const maskShown = () => ['loading', 'rendered'].includes(state.maskStatus);

/** @param {LayoutPreset} preset */
const has3D = ({ commandOptions: { protocolId } }) =>
  services()
    .hangingProtocolService.getProtocolById(protocolId)
    .stages.some(({ viewports }) => viewports.some(is3D));

/**
 * OHIF's layouts; while a mask is shown, in the place of those in 3D the reason why they are missing.
 *
 * @param {PresetGenerator} generate
 * @returns {PresetGenerator}
 */
export const offered = generate => context => {
  const presets = generate(context);
  const first = maskShown() && presets.find(has3D);
  if (!first) return presets;
  const reason = { ...first, title: t('layout.no3D'), disabled: true };
  return [...presets.filter(preset => !has3D(preset)), reason];
};

/** The menu is not made anew when it is opened, but with the toolbar. */
export function start() {
  let known = maskShown();
  return subscribe(() => {
    if (known === maskShown()) return;
    known = maskShown();
    services().toolbarService.refreshToolbarState({ viewportId: activeViewportId() });
  });
}

/** To the planes, of a layout that was chosen before there was a mask. */
export async function leave3D() {
  if (!gridViewports().some(is3D)) return;
  commands().run('setHangingProtocol', { protocolId: 'mpr' });
  await until(() => !gridViewports().some(is3D));
}
