/**
 * The sign-in of this browser window: framework-free, and also served as `/session.js` for the
 * viewer. Use `getAccessToken()` or `fetchWithAuth()`; where waiting is impossible (OHIF's
 * `getAuthorizationHeader`), `currentAccessToken()` after one `await getAccessToken()`.
 */
import { Presence } from "./presence";
import { Session } from "./session";
import type { SessionMessage } from "./types";

const channel = new BroadcastChannel("cdss-session");

/** Browsers lend locks to secure contexts (https, localhost) only; elsewhere tabs go unguarded. */
async function exclusively<T>(name: string, job: (waited: boolean) => Promise<T>): Promise<T> {
  if (!isSecureContext) return job(false);
  const first = await navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
    lock ? { value: await job(false) } : null,
  );
  return first ? first.value : navigator.locks.request(name, () => job(true));
}

const presence = new Presence(() => Date.now());

export const session = new Session({
  fetch: (...args) => fetch(...args),
  exclusively,
  send: (message) => {
    channel.postMessage(message);
  },
  now: () => Date.now(),
  isHere: presence.isHere,
  origin: location.origin,
});

channel.addEventListener("message", (event: MessageEvent<SessionMessage>) => {
  session.receive(event.data);
});

presence.follow(window, () => void session.check());

export const { getAccessToken, currentAccessToken, fetchWithAuth, onLogout } = session;
export { SessionEnded, SessionRefused } from "./types";
export type { EndReason, Permission, SessionState, SessionUser } from "./types";
