import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { session, type SessionUser } from "@/session";
import { useReadingHeartbeat } from "./useReadingHeartbeat";

const me: SessionUser = { id: 5, username: "me", role: "rib", custom_role: null, permissions: ["review_ai"] };

beforeEach(() => {
  vi.useFakeTimers();
  session.receive({ type: "token", access: "a", user: me });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** How often the lock is asked for by who has the page open for two minutes. */
async function askedFor(reader: number, reading_status: "READING" | "READ") {
  const post = vi.spyOn(api, "POST").mockResolvedValue({ data: {}, response: new Response() });
  const study = {
    study_instance_uid: "1.2.3",
    reading_status,
    reader: { id: reader, username: "x", full_name: "" },
  };
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { unmount } = renderHook(
    () => {
      useReadingHeartbeat(study);
    },
    { wrapper },
  );
  await vi.advanceTimersByTimeAsync(120_000);
  unmount();
  await vi.advanceTimersByTimeAsync(120_000);
  return post.mock.calls.length;
}

describe("the lock of a reading", () => {
  it("goes on while its reader has the page open", async () => {
    expect(await askedFor(5, "READING")).toBe(2);
  });

  it("is not asked for by who looks on, or after the reading", async () => {
    expect(await askedFor(6, "READING")).toBe(0);
    expect(await askedFor(5, "READ")).toBe(0);
  });
});
