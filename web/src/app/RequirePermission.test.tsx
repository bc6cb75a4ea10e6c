import { MantineProvider } from "@mantine/core";
import { QueryClient } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import { session, type SessionUser } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { followUser } from "./followUser";
import { Gate } from "./Gate";
import { RequirePermission } from "./RequirePermission";

const nurse: SessionUser = { id: 5, username: "nurse", role: "nurse", custom_role: null, permissions: ["view_patient"] };

function show(permission: "view_patient" | "review_ai", isFor?: (role: string) => boolean) {
  render(
    <MantineProvider>
      <Gate>
        <MemoryRouter>
          <RequirePermission permission={permission} isFor={isFor}>
            <p>the page</p>
          </RequirePermission>
        </MemoryRouter>
      </Gate>
    </MantineProvider>,
  );
}

inEnglish();

describe("guards", () => {
  it("show the page to who has the right", () => {
    session.receive({ type: "token", access: "a", user: nurse });
    show("view_patient");
    expect(screen.getByText("the page")).toBeTruthy();
  });

  it("show a sentence to who has not", () => {
    session.receive({ type: "token", access: "a", user: nurse });
    show("review_ai");
    expect(screen.queryByText("the page")).toBeNull();
    expect(screen.getByRole("heading").textContent).toBe("You do not have access to this page");
  });

  it("show a sentence to whom the page is not for, whatever the right", () => {
    session.receive({ type: "token", access: "a", user: nurse });
    show("view_patient", (role) => role === "patient");
    expect(screen.queryByText("the page")).toBeNull();
    cleanup();
    show("view_patient", (role) => role === "nurse");
    expect(screen.getByText("the page")).toBeTruthy();
  });

  it("show the login page without a session", () => {
    session.receive({ type: "logout" });
    show("view_patient");
    expect(screen.getByRole("button", { name: "Log in" })).toBeTruthy();
    expect(screen.getByText("You have been logged out.")).toBeTruthy();
  });
});

describe("followUser", () => {
  it("forgets what was loaded when the person changes, and only then", () => {
    const queryClient = new QueryClient();
    followUser(session, queryClient);
    session.receive({ type: "token", access: "a", user: nurse });
    queryClient.setQueryData(keys.patients.all, ["secret"]);
    session.receive({ type: "token", access: "b", user: nurse });
    expect(queryClient.getQueryData(keys.patients.all)).toEqual(["secret"]);
    session.receive({ type: "token", access: "c", user: { ...nurse, id: 6 } });
    expect(queryClient.getQueryData(keys.patients.all)).toBeUndefined();
  });
});
