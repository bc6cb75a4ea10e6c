// The few lines of DOM that the panel needs; texts go in as text, never as markup.

/** An element with properties, `on…` listeners, `data…`/`aria-…` attributes and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name.includes('-') || name === 'role' || name === 'for')
      element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

export function button(label, onclick, properties = {}) {
  return h('button', { type: 'button', className: 'cdss-button', onclick, ...properties }, label);
}

/** Replace an element's children only when `key` changed, so that focus and scrolling survive. */
export function refill(element, key, make) {
  const text = JSON.stringify(key);
  if (element.dataset.key === text) return;
  element.dataset.key = text;
  element.replaceChildren(
    ...[make()].flat().filter(child => child !== null && child !== undefined),
  );
}

/** Hide the page behind one sentence and, if given, a button. The images must not show through. */
export function cover(sentence, actions = []) {
  uncover();
  const links = actions.map(({ label, run, href }) =>
    href ? h('a', { className: 'cdss-button', href }, label) : button(label, run),
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

export function stylesheet() {
  const href = new URL('panel.css', import.meta.url).href;
  document.head.append(h('link', { rel: 'stylesheet', href }));
}

/** A question with one button per answer; resolves to the chosen `value`, or null (Escape). */
export function ask(sentence, answers) {
  return new Promise(resolve => {
    const dialog = h('dialog', { className: 'cdss-dialog' }, h('p', {}, sentence));
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
