// Who saved what and when; each version can be laid over the strokes or taken up again.
import { button, h, refill } from '../dom.js';
import { compareWith, editable, restoreVersion } from '../review.js';
import { ml, t } from '../texts.js';
import { dateTime } from '../when.js';
import { section, visible } from './section.js';

/**
 * @import { Version } from '../../types/api'
 * @import { PanelState } from '../state.js'
 */

export function versionsSection() {
  const list = h('ol', { className: 'cdss-versions', reversed: true });
  const difference = h('p', { className: 'cdss-note', role: 'status' });
  const element = section('versions', list, difference);

  /** @param {PanelState} state */
  function show(state) {
    const shown = state.maskStatus === 'rendered' && state.segmentation;
    visible(element, Boolean(shown));
    if (!shown) return;
    const versions = /** @type {Version[]} */ (shown.versions);
    const key = [
      versions.map(found => found.version),
      state.baseVersion,
      state.compared,
      editable(),
    ];
    refill(list, key, () => [...versions].reverse().map(found => row(found, state)));
    visible(difference, state.compared !== null);
    if (state.changed) {
      difference.textContent = t('compare.difference', {
        version: state.compared ?? '',
        added: ml(state.changed.added),
        removed: ml(state.changed.removed),
      });
    }
  }
  return { element, show };
}

/**
 * @param {Version} version
 * @param {PanelState} state
 */
function row({ version, kind, created_at: at, volumes_ml: volumes, ...names }, state) {
  const who = kind === 'ai' ? t('versions.ai') : names.author_name || names.author || '';
  const total = Object.values(volumes).map(ml).join(' / ');
  const shown = version === state.baseVersion ? [h('strong', {}, t('versions.shown'))] : [];
  const compared = state.compared === version;
  const actions = [
    button(
      t(compared ? 'compare.stop' : 'compare.start'),
      () => compareWith(compared ? null : version),
      {
        'aria-pressed': String(compared),
        'data-compare': String(version),
      },
    ),
  ];
  if (version !== state.baseVersion && editable()) {
    actions.push(
      button(t('versions.restore'), () => restoreVersion(version), {
        'data-restore': String(version),
      }),
    );
  }
  return h(
    'li',
    { 'data-version': String(version) },
    h('div', {}, `v${version} · ${who} · ${dateTime(at)} · ${total} `, shown),
    h('div', { className: 'cdss-row' }, actions),
  );
}
