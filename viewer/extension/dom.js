// The few lines of DOM that the panel needs; texts go in as text, never as markup.

/**
 * @typedef {Node | string | null | undefined} Child
 * @typedef {Record<string, any>} Properties attributes, properties and `on…` listeners by name
 */

/** @param {(Child | Child[])[]} children */
const present = children =>
  children.flat().filter(child => child !== null && child !== undefined);

/**
 * An element with properties, `on…` listeners, `data…`/`aria-…` attributes and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {(Child | Child[])[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name.includes('-') || name === 'role' || name === 'for')
      element.setAttribute(name, value);
    else Object.assign(element, { [name]: value });
  }
  element.append(...present(children));
  return element;
}

/**
 * @param {string} label
 * @param {() => void} onclick
 * @param {Properties} [properties]
 */
export function button(label, onclick, properties = {}) {
  return h('button', { type: 'button', className: 'cdss-button', onclick, ...properties }, label);
}

/**
 * Replace an element's children only when `key` changed, so that focus and scrolling survive.
 *
 * @param {HTMLElement} element
 * @param {unknown} key
 * @param {() => Child | Child[]} make
 */
export function refill(element, key, make) {
  const text = JSON.stringify(key);
  if (element.dataset.key === text) return;
  element.dataset.key = text;
  element.replaceChildren(...present([make()]));
}

/**
 * Hide the page behind one sentence and, if given, buttons. The images must not show through.
 *
 * @param {string} sentence
 * @param {({ label: string, run: () => void } | { label: string, href: string })[]} [actions]
 */
export function cover(sentence, actions = []) {
  uncover();
  const links = actions.map(action =>
    'href' in action
      ? h('a', { className: 'cdss-button', href: action.href }, action.label)
      : button(action.label, action.run),
  );
  const box = h(
    'div',
    { role: 'alert', className: 'cdss-cover-box' },
    h('p', {}, sentence),
    ...links,
  );
  document.body.append(h('div', { id: 'cdss-cover' }, box));
}

export function uncover() {
  document.getElementById('cdss-cover')?.remove();
}

export function addStylesheet() {
  const href = new URL('panel.css', import.meta.url).href;
  document.head.append(h('link', { rel: 'stylesheet', href }));
}

/**
 * A question with one button per answer; resolves to the chosen `value`, or null (Escape).
 *
 * @template {string} Value
 * @param {string} sentence
 * @param {{ label: string, value: Value }[]} answers
 * @returns {Promise<Value | null>}
 */
export function ask(sentence, answers) {
  return new Promise(resolve => {
    const dialog = h('dialog', { className: 'cdss-dialog' }, h('p', {}, sentence));
    /** @param {Value | null} value */
    const close = value => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const row = answers.map(({ label, value }) =>
      button(label, () => close(value), { name: value }),
    );
    dialog.append(h('div', { className: 'cdss-row' }, row));
    dialog.addEventListener('cancel', event => {
      event.preventDefault();
      close(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
