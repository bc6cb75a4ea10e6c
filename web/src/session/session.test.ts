import { beforeEach, describe, expect, it } from "vitest";
import { Session } from "./session";
import { SessionEnded, SessionRefused, type SessionMessage } from "./types";

const user = { id: 2, username: "doctor", role: "doctor", permissions: ["view_study"] };
const ORIGIN = "https://cdss.test";

function token(name: string, seconds = 3600): string {
  return `h.${btoa(JSON.stringify({ iat: 1000, exp: 1000 + seconds, name }))}.s`;
}

/** A browser with tabs: one lock, one channel, and a server that rotates the refresh cookie. */
class Browser {
  now = 0;
  renewals = 0;
  signedIn = true;
  reachable = true;
  isHere = true;
  background: (string | null)[] = [];
  valid = new Set<string>();
  tabs: Session[] = [];
  sent: SessionMessage[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private held = 0;

  open(): Session {
    const tab: Session = new Session({
      fetch: (input, init) => this.answer(new Request(absolute(input), init)),
      exclusively: (_name, job) => {
        const waited = this.held++ > 0;
        const run = this.queue.then(() => job(waited)).finally(() => this.held--);
        this.queue = run.catch(() => undefined);
        return run;
      },
      send: (message) => {
        this.sent.push(message);
        setTimeout(() => {
          for (const other of this.tabs) if (other !== tab) other.receive(message);
        });
      },
      now: () => this.now,
      isHere: () => this.isHere,
      origin: ORIGIN,
    });
    this.tabs.push(tab);
    return tab;
  }

  private async answer(request: Request): Promise<Response> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!this.reachable) throw new TypeError("network");
    const path = new URL(request.url).pathname;
    if (path.endsWith("/login/") || path.endsWith("/refresh/")) {
      if (path.endsWith("/login/")) this.signedIn = true;
      if (!this.signedIn) return Response.json({ error: {} }, { status: 401 });
      const access = token(`t${++this.renewals}`);
      this.valid.add(access);
      return Response.json({ access, user });
    }
    const bearer = request.headers.get("Authorization")?.slice(7) ?? "";
    this.background.push(request.headers.get("X-Background"));
    if (!this.valid.has(bearer)) return Response.json({}, { status: 401 });
    if (path.endsWith("/logout/")) this.signedIn = false;
    return Response.json({ bearer, body: await request.text() });
  }
}

function absolute(input: RequestInfo | URL): RequestInfo | URL {
  return typeof input === "string" ? new URL(input, ORIGIN) : input;
}

describe("Session", () => {
  let browser: Browser;
  beforeEach(() => {
    browser = new Browser();
  });

  it("picks up the session of the cookie", async () => {
    const tab = browser.open();
    await tab.restore();
    expect(tab.getState()).toEqual({ status: "authenticated", user });
  });

  it("is anonymous, without a reason, when there is no cookie", async () => {
    browser.signedIn = false;
    const tab = browser.open();
    await tab.restore();
    expect(tab.getState()).toEqual({ status: "anonymous", reason: null });
    await expect(tab.getAccessToken()).rejects.toBeInstanceOf(SessionEnded);
  });

  it("renews once for many callers, and once for all tabs", async () => {
    const [a, b] = [browser.open(), browser.open()];
    await Promise.all([a.restore(), a.getAccessToken(), b.getAccessToken(), b.getAccessToken()]);
    expect(browser.renewals).toBe(1);
    expect(a.currentAccessToken()).toBe(b.currentAccessToken());
  });

  it("renews before the token ends", async () => {
    const tab = browser.open();
    const first = await tab.getAccessToken();
    browser.now = 3_500_000;
    expect(await tab.getAccessToken()).toBe(first);
    browser.now = 3_545_000;
    expect(await tab.getAccessToken()).not.toBe(first);
  });

  it("asks again with a new token after a 401, body included", async () => {
    const tab = browser.open();
    await tab.getAccessToken();
    browser.valid.clear();
    const answer = await tab.fetchWithAuth("/api/x/", { method: "POST", body: "strokes" });
    expect(await answer.json()).toEqual({ bearer: token("t2"), body: "strokes" });
  });

  it("tells listeners when the session expired under it", async () => {
    const tab = browser.open();
    await tab.restore();
    const ends: string[] = [];
    tab.onLogout((reason) => ends.push(reason));
    browser.signedIn = false;
    browser.valid.clear();
    await expect(tab.fetchWithAuth("/api/x/")).rejects.toBeInstanceOf(SessionEnded);
    expect(ends).toEqual(["expired"]);
    expect(tab.currentAccessToken()).toBeNull();
  });

  it("stays logged in while the server is silent", async () => {
    const tab = browser.open();
    await tab.restore();
    browser.reachable = false;
    browser.now = 3_599_000;
    await expect(tab.getAccessToken()).rejects.toBeInstanceOf(SessionRefused);
    expect(tab.getState().status).toBe("authenticated");
    browser.reachable = true;
    await expect(tab.getAccessToken()).resolves.toBe(token("t2"));
  });

  it("says that the server is unreachable at the start", async () => {
    browser.reachable = false;
    const tab = browser.open();
    await tab.restore();
    expect(tab.getState()).toEqual({ status: "unreachable" });
  });

  it("ends all tabs with one logout", async () => {
    const [a, b] = [browser.open(), browser.open()];
    await a.restore();
    await b.restore();
    await a.logout();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(b.getState()).toEqual({ status: "anonymous", reason: "logout" });
  });

  it("does not pretend to log out when the server did not hear it", async () => {
    const tab = browser.open();
    await tab.restore();
    browser.reachable = false;
    await expect(tab.logout()).rejects.toThrow();
    expect(tab.getState().status).toBe("authenticated");
  });

  it("shares a login with the other tabs", async () => {
    browser.signedIn = false;
    const [a, b] = [browser.open(), browser.open()];
    await b.restore();
    await a.login("doctor", "secret");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(b.getState()).toEqual({ status: "authenticated", user });
  });

  it("says which requests no person asked for", async () => {
    const tab = browser.open();
    await tab.restore();
    await tab.fetchWithAuth("/api/x/");
    browser.isHere = false;
    await tab.fetchWithAuth("/api/x/");
    expect(browser.background).toEqual([null, "1"]);
  });

  it("finds out that the session has ended while nobody asked for anything", async () => {
    const tab = browser.open();
    await tab.check();
    expect(browser.background).toEqual([]);
    await tab.restore();
    await tab.check();
    expect(tab.getState().status).toBe("authenticated");
    browser.signedIn = false;
    browser.valid.clear();
    await tab.check();
    expect(tab.getState()).toEqual({ status: "anonymous", reason: "expired" });
  });

  it("keeps the token on its own origin", async () => {
    const tab = browser.open();
    await tab.restore();
    await expect(tab.fetchWithAuth("https://elsewhere.test/x")).rejects.toThrow("origin");
  });
});
