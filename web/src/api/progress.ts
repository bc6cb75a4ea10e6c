import { currentLanguage } from "@/i18n";
import { fetchWithAuth, getAccessToken } from "@/session";
import { ApiError, refused } from "./errors";

export interface Reply {
  status: number;
  body: unknown;
  requestId: string | null;
}

type OnProgress = (share: number) => void;

/** XMLHttpRequest: fetch does not tell how much of a body is sent. */
function post(
  path: string,
  form: FormData,
  token: string,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => {
      request.abort();
    };
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept-Language", currentLanguage());
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total > 0 ? loaded / total : 0);
    };
    request.upload.onload = () => {
      onProgress(1);
    };
    request.onload = () => {
      resolve({
        status: request.status,
        body: request.response,
        requestId: request.getResponseHeader("X-Request-ID"),
      });
    };
    request.onerror = () => {
      reject(new ApiError("network", 0, null, "", "", null, null));
    };
    request.onabort = () => {
      reject(new DOMException("aborted", "AbortError"));
    };
    request.onloadend = () => {
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    request.send(form);
  });
}

/** Send a form and say which share of it is sent; a login that has run out is renewed once. */
export async function postForm(
  path: string,
  form: FormData,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Reply> {
  const reply = await post(path, form, await getAccessToken(), onProgress, signal);
  if (reply.status !== 401) return reply;
  await fetchWithAuth("/api/acct/me/", { signal });
  return post(path, form, await getAccessToken(), onProgress, signal);
}

/** One file as a form. Raises ApiError. */
export async function sendFileSlowly<T>(
  path: string,
  file: File,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<T> {
  const form = new FormData();
  form.append("file", file);
  const reply = await postForm(path, form, onProgress, signal);
  if (reply.status >= 300) throw refused(reply.status, reply.body, reply.requestId);
  return reply.body as T;
}
