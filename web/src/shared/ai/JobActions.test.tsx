import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { session, type SessionUser } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { JobActions } from "./JobActions";
import type { Job } from "./jobs";

const me: SessionUser = { id: 5, username: "me", role: "doctor", custom_role: null, permissions: ["request_ai"] };

inEnglish();

const person = (username: string) => ({ username, full_name: `Dr. ${username}` });
function shown(requested_by: string | null, ...also: string[]) {
  return buttonsOf({
    status: "PENDING",
    requested_by,
    requested_by_name: requested_by ? `Dr. ${requested_by}` : "Rule",
    also_asked: also.map(person),
  });
}

function buttonsOf(fields: object) {
  const job = { id: 1, also_asked: [], ...fields } as unknown as Job;
  session.receive({ type: "token", access: "a", user: me });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <JobActions job={job} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.queryAllByRole("button").map((button) => button.textContent);
}

describe("the cancellation of an analysis", () => {
  it("ends what I alone, or no person, asked for", () => {
    expect(shown("me")).toEqual(["Cancel analysis"]);
    expect(shown(null).at(-1)).toBe("Cancel analysis");
  });

  it("takes back my request alone where others wait, and names them", () => {
    expect(shown("other", "me", "third")).toEqual(["Withdraw my request"]);
    expect(screen.getByText(/Dr. other, Dr. third/)).toBeTruthy();
  });

  it("is not offered for what only others asked for", () => {
    expect(shown("other")).toEqual([]);
  });
});

describe("another run of an analysis that failed", () => {
  it("is offered where it may succeed, not where the images were refused", () => {
    const failed = { status: "FAILED", requested_by: "me", requested_by_name: "Dr. me" };
    expect(buttonsOf({ ...failed, error: { code: "ERR_504", detail: "" } })).toEqual(["Retry"]);
    cleanup();
    expect(buttonsOf({ ...failed, error: { code: "ERR_403", detail: "No contrast." } })).toEqual([]);
    expect(screen.getByText(/another series or model/)).toBeTruthy();
  });
});
