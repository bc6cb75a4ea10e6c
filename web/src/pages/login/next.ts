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
