import { SessionEnded, SessionRefused } from "@/session";

interface Envelope {
  code: string;
  message: string;
  detail: string;
  field: string | null;
  request_id: string;
}

type ErrorKind = "network" | "session" | "refused";

/** What went wrong with a request. `message` is the server's sentence in the person's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly kind: ErrorKind,
    readonly status: number,
    readonly code: string | null,
    message: string,
    readonly detail: string,
    readonly field: string | null,
    readonly requestId: string | null,
  ) {
    super(message);
  }

  /** The endpoint is not there: no such route, rather than no such object. */
  get notOffered(): boolean {
    return this.status === 405 || this.status === 501 || (this.status === 404 && !this.code);
  }
}

function envelopeOf(body: unknown): Envelope | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const { error } = body;
  if (typeof error !== "object" || error === null) return null;
  return "code" in error && "message" in error ? (error as Envelope) : null;
}

export function refused(status: number, body: unknown, requestId: string | null): ApiError {
  const error = envelopeOf(body);
  return new ApiError(
    "refused",
    status,
    error?.code ?? null,
    error?.message ?? "",
    error?.detail ?? "",
    error?.field ?? null,
    error?.request_id ?? requestId,
  );
}

/** Any thrown thing as an ApiError; an abort stays itself, for whoever aborted. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SessionEnded) return new ApiError("session", 401, null, "", "", null, null);
  if (error instanceof SessionRefused && error.status > 0) {
    return refused(error.status, error.body, error.requestId);
  }
  return new ApiError("network", 0, null, "", "", null, null);
}
