import createClient from "openapi-fetch";
import { currentLanguage } from "@/i18n";
import { fetchWithAuth } from "@/session";
import { asApiError, refused } from "./errors";
import type { components, paths } from "@/schema";

export type Schema = components["schemas"];

/** The typed client of docs/openapi.yaml. Wrap each call in `unwrap`. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => fetchWithAuth(request),
});

api.use({
  onRequest: ({ request }) => {
    request.headers.set("Accept-Language", currentLanguage());
    return request;
  },
});

/** The body of a good answer. Raises ApiError; an aborted request keeps its AbortError. */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch((thrown: unknown) => {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw asApiError(thrown);
  });
  if (!response.ok) throw refused(response.status, error, response.headers.get("X-Request-ID"));
  return data as T;
}

async function answer(path: string, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set("Accept-Language", currentLanguage());
  const response = await fetchWithAuth(path, { ...init, headers }).catch((thrown: unknown) => {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw asApiError(thrown);
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw refused(response.status, body, response.headers.get("X-Request-ID"));
}

/** A picture or file behind the login. Raises ApiError. */
export async function fetchBlob(path: string, signal?: AbortSignal): Promise<Blob> {
  return (await answer(path, { ...(signal && { signal }) })).blob();
}

type Fields = Record<string, string>;

async function sent(path: string, file: File, fields: Fields = {}): Promise<Response> {
  const body = new FormData();
  body.append("file", file);
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return answer(path, { method: "POST", body });
}

/** One file, with fields, as a form. Raises ApiError. */
export async function sendFile<T>(path: string, file: File, fields?: Fields): Promise<T> {
  return (await (await sent(path, file, fields)).json()) as T;
}

/** One file as a form, answered by text. Raises ApiError. */
export async function sendFileForText(path: string, file: File): Promise<string> {
  return (await sent(path, file)).text();
}
