import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { session, type SessionUser } from "@/session";
import type { Report } from "./data";

const user = (id: number): SessionUser => ({ id, username: `u${id}`, role: "rib", custom_role: null, permissions: [] });
const report = { id: 1, version: 1, saved_at: "2026-03-02T10:00:00Z", sections: {}, fields: {}, key_images: [] };

it("keeps what is typed when a token is renewed, and forgets it when another person is there", async () => {
  session.receive({ type: "token", access: "a", user: user(5) });
  const { useAutosave } = await import("./useAutosave"); // as its page is: after the login
  const { result } = renderHook(() => useAutosave(report as unknown as Report));
  const typed = () => result.current[1].draft.sections.findings;
  act(() => {
    result.current[0].change({ sections: { findings: "A mass" }, fields: {}, key_images: [] });
  });
  act(() => {
    session.receive({ type: "token", access: "b", user: user(5) });
  });
  expect(typed()).toBe("A mass");
  act(() => {
    session.receive({ type: "token", access: "c", user: user(6) });
  });
  expect(typed()).toBeUndefined();
});
