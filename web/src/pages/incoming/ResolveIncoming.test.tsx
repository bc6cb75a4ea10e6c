import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { api, type Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { ResolveIncoming } from "./ResolveIncoming";

const person = { full_name: "Emily Carter", birth_date: "1968-09-14", phone: "", address: "" };
const row: Schema["IncomingPatientOut"] = {
  id: 4,
  run: 1,
  source: "HANGANG",
  external_id: "H-1",
  line: 1,
  sent: { ...person, gender: "" },
  state: "CANDIDATES",
  reason: "",
  candidates: [
    { patient: { ...person, id: 7, patient_id: "P-7", gender: "F" }, score: 85, alike: ["name"] },
  ],
  patient: null,
  resolved_by: null,
  resolved_at: null,
};

class NoResize {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

inEnglish();
beforeAll(() => {
  vi.stubGlobal("ResizeObserver", NoResize);
});
afterEach(() => vi.restoreAllMocks());

describe("a patient of another hospital", () => {
  it("is linked only by somebody's click, and created only with a number", async () => {
    const post = vi.spyOn(api, "POST").mockResolvedValue({ data: row, response: new Response() });
    const done = vi.fn();
    render(
      <QueryClientProvider client={new QueryClient()}>
        <MantineProvider env="test">
          <ResolveIncoming row={row} onDone={done} />
        </MantineProvider>
      </QueryClientProvider>,
    );
    const create = screen.getByRole<HTMLButtonElement>("button", { name: "Register as a new patient" });
    expect(create.disabled).toBe(true);
    const [link] = screen.getAllByRole("button", { name: "Link to this patient" });
    if (link) fireEvent.click(link);
    await waitFor(() => {
      expect(done).toHaveBeenCalled();
    });
    expect(post.mock.calls[0]?.[1]).toMatchObject({ body: { decision: "link", patient: 7 } });
  }, 30_000);
});
