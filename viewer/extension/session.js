// Who is signed in. The tokens belong to the web application's own session module, so that both
// share one sign-in and one renewal; OHIF asks for the header synchronously, hence the copy here.
import { cover, uncover } from './dom.js';
import { t } from './texts.js';

const CHECK_EVERY_MS = 20_000;

let session = null;
let token = null;
let user = null;
let hasUnsavedWork = () => false;

export const currentUser = () => user;
export const may = permission => Boolean(user?.permissions.includes(permission));
export const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

function login() {
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

async function takeToken() {
  const fresh = await session.getAccessToken();
  if (!fresh) return false;
  token = fresh;
  return true;
}

/** The session module renews what is about to expire; away servers are asked again later. */
const keepToken = () => takeToken().catch(() => false);

/** Ended elsewhere: leave, unless strokes would be lost; then wait behind a cover for a login. */
function onLogout() {
  token = null;
  if (!hasUnsavedWork()) {
    login();
    return;
  }
  cover(t('session.ended'), [{ label: t('session.login'), run: () => window.open('/login', '_blank') }]);
  const wait = setInterval(async () => {
    if (!(await keepToken())) return;
    clearInterval(wait);
    const response = await request('/api/acct/me/');
    const again = response.ok ? await response.json() : null;
    if (again?.id === user.id) uncover();
    else login();
  }, 2000);
}

/** Sign in; returns false when the person has to log in first (the page is left then). */
export async function start(options) {
  hasUnsavedWork = options.hasUnsavedWork;
  session = await import('/session.js');
  if (!(await keepToken())) {
    login();
    return false;
  }
  session.onLogout(onLogout);
  setInterval(keepToken, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', keepToken);
  window.addEventListener('cdss-http-error', event => event.detail === 401 && keepToken());
  const response = await request('/api/acct/me/');
  if (!response.ok) {
    login();
    return false;
  }
  user = await response.json();
  return true;
}

/** fetch() as the signed-in person; an expired token is renewed once under way. */
export async function request(path, init = {}) {
  const response = await session.fetchWithAuth(path, init);
  await keepToken();
  return response;
}
