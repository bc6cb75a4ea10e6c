// Who is signed in. The web application's own session module keeps the tokens (its access token in
// memory, its renewal shared by all tabs); here is what the viewer does with it.
import { cover, uncover } from './dom.js';
import { identity } from './state.js';
import { t } from './texts.js';

/** @import { Permission } from '../types/api' */

const CHECK_EVERY_MS = 20_000;

/** @param {Permission} permission */
export const may = permission => Boolean(identity.user?.permissions.includes(permission));

/** For OHIF, which asks per request and cannot wait; the session module renews ahead of time. */
export function authorization() {
  const token = identity.module?.currentAccessToken();
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function loaded() {
  if (!identity.module) throw new Error('the session module is not loaded');
  return identity.module;
}

/**
 * fetch() as the signed-in person; an expired token is renewed once under way.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
export const request = (path, init) => loaded().fetchWithAuth(path, init);

const sessionState = () => loaded().session.getState();

function login() {
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

/** After sleep or a refused image a token may be due; without a server the next round asks again. */
const keepToken = () =>
  loaded()
    .getAccessToken()
    .catch(() => null);

/**
 * Resolves when the person has a valid token: renewed at once, or after the next login.
 *
 * @returns {Promise<void>}
 */
export async function signedIn() {
  await keepToken();
  if (sessionState().status === 'authenticated') return;
  await new Promise(resolve => {
    const stop = loaded().session.subscribe(() => {
      if (sessionState().status !== 'authenticated') return;
      stop();
      resolve(undefined);
    });
  });
}

/**
 * Resolves to true when a person is signed in; else the page has been left or says why.
 *
 * @param {{ hasUnsavedWork: () => Promise<boolean> }} options
 */
export async function start({ hasUnsavedWork }) {
  identity.module = await import('/session.js');
  await keepToken();
  const state = sessionState();
  if (state.status === 'unreachable') {
    cover(t('error.offline'), [{ label: t('session.again'), run: () => location.reload() }]);
    return false;
  }
  if (state.status !== 'authenticated') {
    login();
    return false;
  }
  identity.user = state.user;
  identity.module.onLogout(() => void ended(hasUnsavedWork));
  setInterval(keepToken, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', keepToken);
  window.addEventListener('cdss-http-error', event => event.detail === 401 && keepToken());
  return true;
}

/**
 * Leave; but where work would be lost, hide the images and wait for the same person's login.
 *
 * @param {() => Promise<boolean>} hasUnsavedWork
 */
async function ended(hasUnsavedWork) {
  cover(t('session.ended'));
  if (!(await hasUnsavedWork())) {
    login();
    return;
  }
  cover(t('session.ended'), [
    { label: t('session.login'), run: () => window.open('/login', '_blank') },
  ]);
  const stop = loaded().session.subscribe(() => {
    const state = sessionState();
    if (state.status !== 'authenticated') return;
    stop();
    if (state.user.id === identity.user?.id) uncover();
    else login();
  });
}
