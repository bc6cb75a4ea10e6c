import type { components } from "@/schema";

/** The person logged in, as `POST /api/acct/login/` and the renewal answer it. */
export type SessionUser = components["schemas"]["MeOut"];
export type Permission = components["schemas"]["Permission"];

/** `password`: changed here, which ends every session of the person. */
export type EndReason = "logout" | "expired" | "password";

/**
 * `unknown` until the first answer of the server; `unreachable` when there was none. A session that
 * ended says why, so that the login page can.
 */
export type SessionState =
  | { status: "unknown" }
  | { status: "unreachable" }
  | { status: "anonymous"; reason: EndReason | null }
  | { status: "authenticated"; user: SessionUser };

/** What tabs tell each other over the `cdss-session` channel. */
export type SessionMessage =
  | { type: "token"; access: string; user?: SessionUser }
  | { type: "logout" };

/** There is no session: log in again. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

/** The server refused (with its JSON body) or could not be asked (status 0). */
export class SessionRefused extends Error {
  override readonly name = "SessionRefused";

  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly requestId: string | null,
  ) {
    super(`HTTP ${status}`);
  }
}
