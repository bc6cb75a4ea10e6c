import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { refused } from "@/api/errors";
import { inEnglish } from "@/testing/inEnglish";
import { QueryView } from "./QueryView";

const KEY = ["page"];

async function show() {
  const server = { fails: null as Error | null };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  function Page() {
    const query = useQuery({
      queryKey: KEY,
      queryFn: () => (server.fails ? Promise.reject(server.fails) : Promise.resolve("found")),
    });
    return <QueryView query={query}>{(found) => <input aria-label={found} />}</QueryView>;
  }
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <Page />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const input = await screen.findByRole<HTMLInputElement>("textbox", { name: "found" });
  fireEvent.change(input, { target: { value: "typed" } });
  const refetch = async (fails: Error | null) => {
    server.fails = fails;
    await act(() => client.refetchQueries({ queryKey: KEY }));
  };
  return { input, refetch };
}

inEnglish();

describe("a refresh that fails", () => {
  it("keeps what is typed, and says so until it succeeds", async () => {
    const { input, refetch } = await show();
    await refetch(refused(502, null, null));
    expect((await screen.findByRole("status")).textContent).toContain("Could not be refreshed");
    expect(screen.getByRole("textbox")).toBe(input);
    expect(input.value).toBe("typed");
    await refetch(null);
    await waitFor(() => {
      expect(screen.queryByRole("status")).toBeNull();
    });
    expect(screen.getByRole("textbox")).toBe(input);
  });

  it.each([403, 404, 409])("with %i takes away what may not be seen any more", async (status) => {
    const { refetch } = await show();
    await refetch(refused(status, null, null));
    await screen.findByRole("alert");
    expect(screen.queryByRole("textbox")).toBeNull();
  });
});
