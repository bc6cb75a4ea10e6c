import { ApiError, refused } from "@/api/errors";
import { currentLanguage } from "@/i18n";
import { fetchWithAuth, getAccessToken } from "@/session";
import type { Answer, ChosenFile } from "./queue";

const UPLOAD = "/api/ris/upload/dicom/";

interface Reply {
  status: number;
  body: unknown;
  requestId: string | null;
}

/** XMLHttpRequest: fetch does not tell how much of a body is sent. */
function post(
  form: FormData,
  token: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => {
      request.abort();
    };
    request.open("POST", UPLOAD);
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

function isAnswer(body: unknown): body is Answer {
  return typeof body === "object" && body !== null && "files" in body && Array.isArray(body.files);
}

/**
 * Upload one batch. An answer with a result per file is one whatever its status says; anything else
 * raises ApiError.
 */
export async function sendBatch(
  files: ChosenFile[],
  patientId: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const form = new FormData();
  if (patientId) form.append("patient_id", patientId);
  for (const { name, file } of files) form.append("files", file, name);
  let reply = await post(form, await getAccessToken(), onProgress, signal);
  if (reply.status === 401) {
    await fetchWithAuth("/api/acct/me/", { signal });
    reply = await post(form, await getAccessToken(), onProgress, signal);
  }
  if (isAnswer(reply.body)) return reply.body;
  throw refused(reply.status, reply.body, reply.requestId);
}
