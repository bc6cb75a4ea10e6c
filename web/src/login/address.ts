import type { session as Session } from "@/session";

/**
 * Where the viewer asked to come back to (`/login?next=…`): a path of this origin, else null.
 * Whatever a browser could read as another host (`//host`, `/\host`) is refused.
 */
export function nextPath(search: string, origin: string): string | null {
  const next = new URLSearchParams(search).get("next");
  if (!next || !/^\/(?![/\\])/.test(next)) return null;
  const url = new URL(next, origin);
  return url.origin === origin ? url.pathname + url.search + url.hash : null;
}

/** The viewer is no route of this application: going there leaves it. */
export function isOutside(path: string): boolean {
  return path.startsWith("/ohif/");
}

/**
 * Keep the address in step with the session: `/login` without one; with one the page that was
 * wanted, which is forgotten after a log-out, as the next person may be another.
 */
export function followAddress(session: Pick<typeof Session, "getState" | "subscribe">): void {
  let wanted: string | null = null;
  session.subscribe(() => {
    const state = session.getState();
    const atLogin = location.pathname === "/login";
    if (state.status === "anonymous" && !atLogin) {
      const keep = state.reason === null || state.reason === "expired";
      wanted = keep ? location.pathname + location.search : null;
      history.replaceState(null, "", "/login");
    }
    if (state.status === "authenticated" && atLogin) {
      const to = nextPath(location.search, location.origin) ?? wanted ?? "/";
      wanted = null;
      if (isOutside(to)) location.replace(to);
      else history.replaceState(null, "", to);
    }
  });
}
