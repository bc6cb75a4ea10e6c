import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { inEnglish } from "@/testing/inEnglish";
import { VerifyChain } from "./VerifyChain";

const intact: Schema["AuditVerifyOut"] = {
  state: "done",
  requested_at: "2026-03-02T09:41:00Z",
  finished_at: "2026-03-02T09:42:00Z",
  done: 4,
  total: 4,
  intact: true,
  breaks: [],
  break_count: 0,
  restarts: [],
  copies_compared: null,
};

function show(changes: Partial<Schema["AuditVerifyOut"]>) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.audit.verify, { ...intact, ...changes });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <VerifyChain />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

inEnglish();

describe("the result of a verification", () => {
  it("is shown at its end", () => {
    show({});
    expect(screen.getByRole("status").textContent).toContain("No record was changed");
  });

  it("says when the object store was not compared", () => {
    show({ copies_compared: false });
    expect(screen.getByRole("status").textContent).toContain("not compared");
  });

  it("says that it did not finish, also when its worker died before it could note an end", () => {
    show({ state: "failed", intact: null, finished_at: null });
    expect(screen.getByRole("status").textContent).toMatch(/did not finish \(.*2026.*\)/);
  });

  it("is not there while it runs or before the first", () => {
    show({ state: "running", intact: null, finished_at: null });
    expect(screen.queryByRole("status")).toBeNull();
    show({ state: null, intact: null, finished_at: null });
    expect(screen.queryByRole("status")).toBeNull();
  });
});
