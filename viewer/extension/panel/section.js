import { h } from '../dom.js';
import { t } from '../texts.js';

/** A titled part of the panel. */
export function section(name, ...children) {
  const title = h('h2', {}, t(`${name}.title`));
  return h(
    'section',
    { className: 'cdss-section', id: `cdss-${name}`, 'aria-label': t(`${name}.title`) },
    title,
    ...children,
  );
}

export const visible = (element, shown) => {
  element.hidden = !shown;
};
