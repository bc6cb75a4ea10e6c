import { lifetimeOf } from "./token";
import {
  SessionEnded,
  SessionRefused,
  type EndReason,
  type SessionMessage,
  type SessionState,
  type SessionUser,
} from "./types";

const LOCK = "cdss-session";
/** Renew this long before the end, so that no request goes out with a token about to die. */
const MARGIN_MS = 60_000;
/** Time for a token that another tab announced just before it released the lock to arrive. */
const DELIVERY_MS = 30;

export interface SessionDependencies {
  fetch: typeof fetch;
  /** Run alone among all tabs; `waited` tells whether another tab held the lock. */
  exclusively: <T>(name: string, job: (waited: boolean) => Promise<T>) => Promise<T>;
  send: (message: SessionMessage) => void;
  now: () => number;
  /** Whether a person is at the page; else its requests do not count as use of the session. */
  isHere: () => boolean;
  origin: string;
}

interface Answer {
  access: string;
  user?: SessionUser;
}

/**
 * The one sign-in of the SPA and the viewer. The access token lives in this object only; the
 * refresh token is a cookie that scripts cannot read. A refresh token used twice ends the session,
 * so all tabs renew behind one lock and share what they get.
 */
export class Session {
  private state: SessionState = { status: "unknown" };
  private access: string | null = null;
  private expiresAt = 0;
  private renewal: Promise<string> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly logoutListeners = new Set<(reason: EndReason) => void>();

  constructor(private readonly deps: SessionDependencies) {}

  readonly getState = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly onLogout = (listener: (reason: EndReason) => void): (() => void) => {
    this.logoutListeners.add(listener);
    return () => this.logoutListeners.delete(listener);
  };

  /** The token at hand, perhaps expired; for callers that cannot wait. Null without a session. */
  readonly currentAccessToken = (): string | null => this.access;

  /** A token that lives for a minute at least. Raises SessionEnded or SessionRefused. */
  readonly getAccessToken = async (): Promise<string> => {
    if (this.access !== null && this.deps.now() < this.expiresAt - MARGIN_MS) return this.access;
    return this.renew(this.access);
  };

  /** Pick up the session that the cookie stands for. Never raises: the state says how it went. */
  readonly restore = async (): Promise<void> => {
    if (this.state.status === "authenticated") return;
    await this.getAccessToken().catch(() => undefined);
  };

  readonly login = async (username: string, password: string): Promise<void> => {
    await this.deps.exclusively(LOCK, async () => {
      this.adopt(await this.post("login/", { username, password }));
    });
    this.announce();
  };

  /** End the session everywhere. Raises SessionRefused when the server did not hear it. */
  readonly logout = async (): Promise<void> => {
    try {
      const response = await this.fetchWithAuth("/api/acct/logout/", {
        method: "POST",
        headers: { "X-Session": "cookie" },
      });
      if (!response.ok && response.status !== 401) throw await refusal(response);
    } catch (error) {
      if (error instanceof SessionEnded) return;
      throw error;
    }
    this.ended("logout");
  };

  /** `fetch` with the token; an answer of 401 renews it once and asks again. Own origin only. */
  readonly fetchWithAuth = async (
    input: RequestInfo | URL,
    init?: RequestInit,
  ): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input, this.deps.origin);
    if (url.origin !== this.deps.origin) throw new TypeError("the token stays on its own origin");
    const ask = (token: string) => {
      const request = new Request(input instanceof Request ? input.clone() : url, init);
      request.headers.set("Authorization", `Bearer ${token}`);
      if (!this.deps.isHere()) request.headers.set("X-Background", "1");
      return this.deps.fetch(request);
    };
    const token = await this.getAccessToken();
    const response = await ask(token);
    return response.status === 401 ? ask(await this.renew(token)) : response;
  };

  /** Ask whether the session goes on; with a person at the page, that keeps it open. */
  readonly check = async (): Promise<void> => {
    if (this.state.status !== "authenticated") return;
    await this.fetchWithAuth("/api/acct/me/").catch(() => undefined);
  };

  /** A message of another tab. */
  readonly receive = (message: SessionMessage): void => {
    if (message.type === "logout") {
      if (this.state.status !== "anonymous") this.end("logout");
      return;
    }
    this.adopt(message);
  };

  /** Change what is known about the person, after the profile changed. */
  readonly updateUser = (user: SessionUser): void => {
    if (this.state.status !== "authenticated") return;
    this.change({ status: "authenticated", user });
    this.announce();
  };

  /** The server has ended the session; other tabs learn it from here. */
  readonly ended = (reason: EndReason): void => {
    this.end(reason);
    this.deps.send({ type: "logout" });
  };

  private renew(stale: string | null): Promise<string> {
    this.renewal ??= this.renewAlone(stale).finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  private async renewAlone(stale: string | null): Promise<string> {
    if (this.state.status === "anonymous") throw new SessionEnded();
    return this.deps.exclusively(LOCK, async (waited) => {
      if (waited) await new Promise((resolve) => setTimeout(resolve, DELIVERY_MS));
      if (this.access !== null && this.access !== stale) return this.access;
      let answer: Answer;
      try {
        answer = await this.post("token/refresh/");
      } catch (error) {
        throw this.failed(error, stale);
      }
      this.adopt(answer);
      this.announce();
      return answer.access;
    });
  }

  /** A refusal ends the session; a silent server does not. */
  private failed(error: unknown, stale: string | null): unknown {
    if (error instanceof SessionRefused && [400, 401, 403].includes(error.status)) {
      this.end(stale === null ? null : "expired");
      return new SessionEnded();
    }
    if (this.state.status === "unknown") this.change({ status: "unreachable" });
    return error;
  }

  private async post(path: string, body?: object): Promise<Answer> {
    const response = await this.deps
      .fetch(`/api/acct/${path}`, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-Session": "cookie" },
        ...(body && { body: JSON.stringify(body) }),
      })
      .catch(() => {
        throw new SessionRefused(0, null, null);
      });
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as Answer;
  }

  private adopt({ access, user }: Answer): void {
    this.access = access;
    const lifetime = lifetimeOf(access);
    this.expiresAt = this.deps.now() + lifetime;
    this.schedule(lifetime);
    const known = user ?? (this.state.status === "authenticated" ? this.state.user : undefined);
    if (known) this.change({ status: "authenticated", user: known });
  }

  private announce(): void {
    if (this.access === null || this.state.status !== "authenticated") return;
    this.deps.send({ type: "token", access: this.access, user: this.state.user });
  }

  /** Renew ahead of time, for callers of currentAccessToken; jitter keeps tabs apart. */
  private schedule(lifetime: number): void {
    clearTimeout(this.timer);
    if (lifetime <= MARGIN_MS) return;
    const delay = lifetime - MARGIN_MS - Math.random() * Math.min(MARGIN_MS, lifetime / 10);
    const token = this.access;
    this.timer = setTimeout(() => void this.renew(token).catch(() => undefined), delay);
  }

  private end(reason: EndReason | null): void {
    clearTimeout(this.timer);
    this.access = null;
    this.expiresAt = 0;
    this.change({ status: "anonymous", reason });
    if (reason) for (const listener of this.logoutListeners) listener(reason);
  }

  private change(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

async function refusal(response: Response): Promise<SessionRefused> {
  const body: unknown = await response.json().catch(() => null);
  return new SessionRefused(response.status, body, response.headers.get("X-Request-ID"));
}
