import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { session, type SessionUser } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { RegistrationCard } from "./RegistrationCard";
import { isMoving, type Registration } from "./registrations";

const me: SessionUser = { id: 5, username: "me", role: "rib", custom_role: null, permissions: ["review_ai"] };
const done = {
  id: 4,
  version: 3,
  status: "done",
  progress: 1,
  fixed_study: "1.2",
  moving_study: "1.3",
  moving_study_date: "2025-07-02",
  fixed_description: "T1",
  moving_description: "",
  error_mm: 3.456,
  flagged: true,
  reasons: ["inconsistent", "something new"],
  requested_by: "Park Doyun",
  created_at: "2026-03-02T10:02:40+09:00",
  decided_at: null,
} as unknown as Registration;

inEnglish();
afterEach(() => {
  vi.restoreAllMocks();
});

function shown(changes: Partial<Registration> = {}) {
  session.receive({ type: "token", access: "a", user: me });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RegistrationCard registration={{ ...done, ...changes }} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("a registration that waits for a person", () => {
  it("says which series, its error, and why it is flagged", () => {
    shown();
    screen.getByText("Series without description (Jul 2, 2025) → T1");
    screen.getByText("Repetitions lie within 3.46 mm of the result.");
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Repetitions differ by more than 2 mm.",
    ]);
  });

  it("is accepted only with a reason where it is flagged", async () => {
    const post = vi.spyOn(api, "POST").mockResolvedValue({ data: done, response: new Response() });
    shown();
    await userEvent.click(screen.getByRole("button", { name: "Accept" }));
    screen.getByText("A flagged registration is accepted only with a reason.");
    expect(post).not.toHaveBeenCalled();
    await userEvent.type(screen.getByLabelText("Reason"), "compared the ventricles");
    await userEvent.click(screen.getByRole("button", { name: "Accept" }));
    expect(post).toHaveBeenCalledExactlyOnceWith(
      "/api/ris/registrations/{registration_id}/accept/",
      {
        params: { path: { registration_id: 4 }, header: { "If-Match": '"3"' } },
        body: { reason: "compared the ventricles" },
      },
    );
  });

  it("offers no decision while it runs", () => {
    shown({ status: "running", progress: 0.42, error_mm: null });
    expect(screen.queryAllByRole("button")).toEqual([]);
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("42");
  });
});

it("is asked about until it waits for a person, and until what was accepted is stored", () => {
  const moving = (["requested", "running", "done", "failed", "accepted", "rejected"] as const).filter(
    (status) => isMoving({ status, stored_at: null }),
  );
  expect(moving).toEqual(["requested", "running", "accepted"]);
  expect(isMoving({ status: "accepted", stored_at: "2026-03-02T10:05:00+09:00" })).toBe(false);
});
