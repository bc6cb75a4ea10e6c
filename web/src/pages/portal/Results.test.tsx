import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { MemoryRouter } from "react-router";
import { keys } from "@/api/keys";
import { inEnglish } from "@/testing/inEnglish";
import { confirmedQuery } from "./confirmed";
import { Documents } from "./Documents";
import { Results } from "./Results";

const PATIENT = 3;
const order = (id: number, job_role: string, job_type: string, result: object) => ({
  ...{ id, job_role, job_type, result, patient: { id: PATIENT }, status: "CONFIRMED", priority: "routine" },
  ...{ ordered_at: "2019-01-07T14:10:00Z", ordered_by_name: "Doctor", overdue: false },
});
const potassium = { code: "2823-3", name: "Potassium", value: 5.4, unit: "mmol/L", low: 3.4, high: 4.8 };

function show(orders: object[]) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.analytes, []);
  client.setQueryData(confirmedQuery(PATIENT).queryKey, {
    ...{ count: orders.length, next: null, previous: null },
    results: orders as never,
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <Results patient={PATIENT} />
          <Documents patient={PATIENT} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

inEnglish();

it("an old result that was confirmed is a result and a document, by one answer of the server", () => {
  show([order(1, "LIS", "BLOOD", { analytes: [potassium] })]);
  expect(screen.getByText("5.4 mmol/L")).toBeTruthy();
  expect(screen.getByText("Higher than normal")).toBeTruthy();
  expect(screen.getByText("Normal: 3.4 to 4.8 mmol/L")).toBeTruthy();
  expect(screen.queryByText(/There are no confirmed/)).toBeNull();
});

it("without one of the laboratory the results say so, of the laboratory alone", () => {
  show([order(2, "RIS", "MR_BRAIN", { findings: "No lesion" })]);
  expect(screen.getByText("There are no confirmed laboratory results yet.")).toBeTruthy();
  expect(screen.queryByText("There are no confirmed results yet.")).toBeNull();
});

it("a result of no known form is shown as it stands", () => {
  show([order(4, "LIS", "CSF", { protein: "0.4 g/L" })]);
  expect(screen.getByText("0.4 g/L")).toBeTruthy();
});
