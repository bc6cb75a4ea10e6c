import { describe, expect, it } from "vitest";
import type { SessionState, SessionUser } from "@/session";
import { followAddress, isOutside, nextPath } from "./address";

const ORIGIN = "https://cdss.test";
const next = (value: string) => nextPath(`?next=${encodeURIComponent(value)}`, ORIGIN);

describe("nextPath", () => {
  it("keeps a path of this origin with its query", () => {
    expect(next("/ohif/viewer?StudyInstanceUIDs=1.2")).toBe("/ohif/viewer?StudyInstanceUIDs=1.2");
  });

  it.each([
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test/",
    "/\t/evil.test",
    "javascript:alert(1)",
    "studies",
    "",
  ])("refuses %s", (value) => {
    expect(next(value)).toBeNull();
  });
});

describe("isOutside", () => {
  it("knows the viewer", () => {
    expect(isOutside("/ohif/viewer")).toBe(true);
    expect(isOutside("/studies")).toBe(false);
  });
});

describe("followAddress", () => {
  let state: SessionState = { status: "unknown" };
  let tell: () => void = () => undefined;
  followAddress({
    getState: () => state,
    subscribe: (listener) => {
      tell = listener;
      return () => true;
    },
  });
  const become = (next: SessionState) => {
    state = next;
    tell();
    return location.pathname + location.search;
  };
  const user: SessionUser = { id: 2, username: "doctor", role: "doctor", custom_role: null, permissions: [] };

  it("comes back to the page that was wanted", () => {
    history.replaceState(null, "", "/studies?reading=UNREAD");
    expect(become({ status: "anonymous", reason: "expired" })).toBe("/login");
    expect(become({ status: "authenticated", user })).toBe("/studies?reading=UNREAD");
  });

  it("forgets the page after a log-out", () => {
    history.replaceState(null, "", "/patients/7");
    expect(become({ status: "anonymous", reason: "logout" })).toBe("/login");
    expect(become({ status: "authenticated", user })).toBe("/");
  });

  it("obeys next", () => {
    history.replaceState(null, "", "/login?next=%2Falerts");
    expect(become({ status: "authenticated", user })).toBe("/alerts");
  });
});
