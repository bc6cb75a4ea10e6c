import { refused } from "@/api/errors";
import { postForm } from "@/api/progress";
import type { Answer, ChosenFile } from "./queue";

const UPLOAD = "/api/ris/upload/dicom/";

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
  const reply = await postForm(UPLOAD, form, onProgress, signal);
  if (isAnswer(reply.body)) return reply.body;
  throw refused(reply.status, reply.body, reply.requestId);
}
