// Who is signed in. The web application's own session module keeps the tokens (its access token in
// memory, its renewal shared by all tabs); here is what the viewer does with it.
import { cover, uncover } from './dom.js';
import { t } from './texts.js';

const CHECK_EVERY_MS = 20_000;

let session = null;
let user = null;
let hasUnsavedWork = async () => false;

export const may = permission => Boolean(user?.permissions.includes(permission));

/** For OHIF, which asks per request and cannot wait; the session module renews ahead of time. */
export function authorization() {
  const token = session?.currentAccessToken();
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** fetch() as the signed-in person; an expired token is renewed once under way. */
export const request = (path, init) => session.fetchWithAuth(path, init);

const signedIn = () => session.session.getState();

function login() {
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

/** After sleep or a refused image a token may be due; without a server the next round asks again. */
const keepToken = () => session.getAccessToken().catch(() => null);

/** Resolves to true when a person is signed in; else the page has been left or says why. */
export async function start(options) {
  hasUnsavedWork = options.hasUnsavedWork;
  session = await import('/session.js');
  await keepToken();
  const state = signedIn();
  if (state.status === 'unreachable') {
    cover(t('error.offline'), [{ label: t('session.again'), run: () => location.reload() }]);
    return false;
  }
  if (state.status !== 'authenticated') {
    login();
    return false;
  }
  ({ user } = state);
  session.onLogout(ended);
  setInterval(keepToken, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', keepToken);
  window.addEventListener('cdss-http-error', event => event.detail === 401 && keepToken());
  return true;
}

/** Leave; but where work would be lost, hide the images and wait for the same person's login. */
async function ended() {
  cover(t('session.ended'));
  if (!(await hasUnsavedWork())) {
    login();
    return;
  }
  cover(t('session.ended'), [
    { label: t('session.login'), run: () => window.open('/login', '_blank') },
  ]);
  const stop = session.session.subscribe(() => {
    const state = signedIn();
    if (state.status !== 'authenticated') return;
    stop();
    if (state.user.id === user.id) uncover();
    else login();
  });
}
