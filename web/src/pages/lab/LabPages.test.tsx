import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryRouter, Route, Routes } from "react-router";
import { keys } from "@/api/keys";
import { session, type Permission, type SessionUser } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { CriticalBanner } from "./CriticalBanner";
import { CriticalList } from "./CriticalList";
import type { Order, Panel, Specimen, Version } from "./data";
import LabOrderPage from "./LabOrderPage";
import { MessageDrawer } from "./MessageDrawer";

const SLOW = { timeout: 30_000 };
const ME = 4;
/** Of a login that lasts an hour. */
const TOKEN = `e.${btoa(JSON.stringify({ iat: 0, exp: 3600 }))}.s`;
const RIGHTS: Permission[] = ["view_order", "enter_lab_result", "work_lis_order", "confirm_order", "critical_result"];
const patient = { id: 3, patient_id: "P2026-0003", full_name: "Test Person" };
const at = "2026-01-07T14:10:00Z";
const order = {
  id: 6,
  accession_number: "2601070000000006",
  patient,
  job_role: "LIS",
  job_type: "BLOOD",
  priority: "stat",
  status: "ORDERED",
  overdue: false,
  result: null,
  ordered_by: 2,
  ordered_by_name: "Doctor",
  ordered_at: at,
  version: 1,
} as unknown as Order;
const specimen = {
  id: 1,
  order: 6,
  patient,
  job_type: "BLOOD",
  number: "2601070000000006-01",
  kind: "serum",
  state: "COLLECTED",
  collected_at: at,
  collected_by_name: "Nurse",
} as unknown as Specimen;
const panel: Panel = {
  sex: "F",
  age: 52,
  panels: [{ id: "electrolytes", name: { ko: "전해질", en: "Electrolytes" }, codes: ["2823-3"] }],
  analytes: [
    {
      code: "2823-3",
      name: { ko: "칼륨", en: "Potassium" },
      unit: "mmol/L",
      units: ["meq/L"],
      methods: [],
      low: 3.4,
      high: 4.8,
      critical_low: 2.5,
      critical_high: 6.5,
    },
  ],
};
const analyte = { code: "2823-3", name: "Potassium", value: 6.8, unit: "mmol/L", low: 3.4, high: 4.8, flag: "HH" };
const version = {
  id: 1,
  order: 6,
  number: 1,
  state: "ENTERED",
  source: "manual",
  values: { analytes: [analyte] },
  entered: { analytes: [{ code: "2823-3", value: 6.8, unit: "mmol/L" }] },
  entered_by: ME,
  entered_by_name: "Technician",
  entered_at: at,
  reason: "",
} as unknown as Version;

const openCriticals = {
  count: 2,
  since: at,
  escalated_at: "2026-01-07T14:20:00Z",
  escalated_to: ["Doctor", "Head of ward"],
  escalates_at: null,
};

function page<Row>(results: Row[]) {
  return { count: results.length, next: null, previous: null, results };
}

interface World {
  shown?: Order;
  specimens?: Specimen[];
  versions?: Version[];
}

function show({ shown = order, specimens = [], versions = [] }: World) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.orders.one(6), shown);
  client.setQueryData(keys.analytes, panel.analytes);
  client.setQueryData(keys.lab.specimensOf(6), page(specimens));
  client.setQueryData(keys.lab.versions(6), page(versions));
  client.setQueryData(keys.lab.panel(6), panel);
  client.setQueryData(keys.lab.before(6), []);
  client.setQueryData(keys.lab.openCriticals, openCriticals);
  client.setQueryData(keys.lab.message(9), {
    ...{ id: 9, kind: "hl7", sender: "A|B", control_id: "M1", state: "HELD", reason: "no open order fits" },
    ...{ order: null, received_at: at, discard_reason: "", raw: "", withheld: true },
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={["/lab/orders/6"]}>
          <CriticalBanner />
          <Routes>
            <Route path="/lab/orders/:orderId" element={<LabOrderPage />} />
          </Routes>
          <MessageDrawer id={versions.length === 0 && specimens.length === 0 ? 9 : null} onClose={() => undefined} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return client;
}

inEnglish();
vi.setConfig({ testTimeout: 60_000 }); // whole pages, on a busy machine

/** What jsdom lacks and Mantine's fields ask for. */
class NoResizes {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoResizes);
  const fonts = { addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.defineProperty(document, "fonts", { value: fonts, configurable: true });
  session.receive({
    type: "token",
    access: TOKEN,
    user: { id: ME, username: "labtech", role: "lab", custom_role: null, permissions: RIGHTS },
  });
});

/** Somebody else than the technician is logged in. */
function as(role: SessionUser["role"], permissions: Permission[]) {
  const user = { id: 5, username: role, role, custom_role: null, permissions };
  session.receive({ type: "token", access: TOKEN, user });
}

describe("an order on the bench", () => {
  it("is ready to receive the tube that was scanned", () => {
    show({ specimens: [specimen] });
    expect(document.activeElement?.textContent).toBe("Receive");
    expect(screen.getByText("2601070000000006-01")).toBeTruthy();
  });

  it("shows what the server says of a value that was left", async () => {
    const asked: unknown[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      asked.push(await (input as Request).clone().json());
      const rows = [{ list: "analytes", index: 0, values: analyte, field: "", problem: "" }];
      return Response.json({ rows });
    });
    show({ specimens: [{ ...specimen, state: "RECEIVED" }] });
    expect(document.activeElement?.textContent).toBe("Electrolytes");
    fireEvent.click(screen.getByText("Electrolytes"));
    const value = screen.getByLabelText("Value of Potassium");
    expect(screen.getByText("3.4–4.8")).toBeTruthy();
    fireEvent.change(value, { target: { value: "6.8" } });
    fireEvent.blur(value);
    expect(await screen.findByText("Critically high", {}, SLOW)).toBeTruthy();
    expect(asked).toEqual([
      { result: { analytes: [{ code: "2823-3", value: 6.8, unit: "mmol/L" }] } },
    ]);
  });

  it("keeps what is typed when another result arrives, until that is loaded", async () => {
    const client = show({ specimens: [{ ...specimen, state: "RECEIVED" }] });
    fireEvent.click(screen.getByText("Electrolytes"));
    const value = () => screen.getByLabelText<HTMLInputElement>("Value of Potassium").value;
    fireEvent.change(screen.getByLabelText("Value of Potassium"), { target: { value: "4.1" } });
    act(() => {
      client.setQueryData(keys.lab.versions(6), page([version]));
    });
    const load = await screen.findByText("Load the newer result and discard mine", {}, SLOW);
    expect(value()).toBe("4.1");
    fireEvent.click(load);
    expect(value()).toBe("6.8");
    expect(screen.queryByText(/A newer result arrived/)).toBeNull();
  });

  it("shows what was saved, without a notice", async () => {
    const saved = { ...version, entered: { analytes: [{ code: "2823-3", value: 4.2, unit: "mmol/L" }] } };
    vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
      const { method, url } = input as Request;
      const answers: [string, unknown][] = [
        ["/check/", { rows: [] }],
        ["/results/", method === "POST" ? saved : page([saved])],
        ["/panel/", panel],
        ["/critical/open/", openCriticals],
        ["/ocs/orders/", order],
        ["", page([])],
      ];
      return Promise.resolve(Response.json(answers.find(([part]) => url.includes(part))?.[1]));
    });
    show({ specimens: [{ ...specimen, state: "RECEIVED" }] });
    fireEvent.click(screen.getByText("Electrolytes"));
    fireEvent.change(screen.getByLabelText("Value of Potassium"), { target: { value: "4.20" } });
    fireEvent.click(screen.getByText("Save for verification"));
    expect(await screen.findByDisplayValue("4.2", {}, SLOW)).toBeTruthy();
    expect(screen.queryByText(/A newer result arrived/)).toBeNull();
  });

  it("is verified by somebody else", () => {
    show({ specimens: [specimen], versions: [version] });
    expect(screen.getByText(/Another person has to verify/)).toBeTruthy();
    expect(screen.queryByText("Verify")).toBeNull();
  });

  it("is verified or returned with a reason", () => {
    show({ specimens: [specimen], versions: [{ ...version, entered_by: 99 }] });
    expect(document.activeElement?.textContent).toBe("Verify");
    act(() => {
      fireEvent.click(screen.getByText("Return"));
    });
    expect(screen.getByLabelText(/Reason for returning/)).toBeTruthy();
  });

  it("shows the values with flags and ranges to who confirms it, without a click", () => {
    const shown = { ...order, status: "RESULT_READY", result: { analytes: [analyte] } } as Order;
    show({ shown, versions: [{ ...version, state: "VERIFIED" }] });
    const [row] = screen.getAllByRole("row", { name: /Potassium/ });
    expect(row?.textContent).toContain("6.8 mmol/L3.4–4.8Critically high");
    expect(screen.getByRole("button", { name: "Confirm result" })).toBeTruthy();
  });

  it("leaves the release of a genetic result to a doctor", () => {
    const result = { gene_mutations: [{ gene: "IDH1", hgvs: "c.395G>A" }] };
    const shown = { ...order, job_type: "GENETIC", status: "RESULT_READY", result } as Order;
    show({ shown, versions: [{ ...version, state: "VERIFIED", values: result }] });
    expect(screen.getAllByText("c.395G>A")[0]).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Confirm result" })).toBeNull();
  });
});

describe("around it", () => {
  it("the banner counts the critical values, and a message of a hidden patient shows nothing", async () => {
    show({});
    expect(screen.getByText("Critical values waiting for read-back: 2")).toBeTruthy();
    expect(screen.getByText(/waiting since .* · alerted again .*: Doctor, Head of ward/)).toBeTruthy();
    expect(await screen.findByText(/whose record you may not see/, {}, SLOW)).toBeTruthy();
    expect(screen.queryByText("Discard")).toBeNull();
  });

  it("a nurse sees the banner, and a patient does not", () => {
    as("nurse", ["view_order"]);
    show({ specimens: [specimen] });
    expect(screen.getByRole("region", { name: "Critical values" })).toBeTruthy();
    cleanup();
    as("patient", ["view_order"]);
    show({ specimens: [specimen] });
    expect(screen.queryByRole("region", { name: "Critical values" })).toBeNull();
  });

  it("a critical value is told by those who answer for it, and seen by others", async () => {
    const critical = {
      ...{ id: 1, order: 6, patient, code: "2823-3", name: { ko: "칼륨(K)", en: "Potassium" } },
      ...{ value: "6.9", unit: "mmol/L", flag: "HH", limit: 6.5, at, closed: false, escalates_at: null },
      attempts: [],
      escalations: ["Doctor", "Head of ward"].map((to_name, id) => ({ id, turn: 1, to_name, at })),
    };
    vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json(page([critical]))));
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const list = () =>
      render(
        <MantineProvider env="test">
          <QueryClientProvider client={client}>
            <MemoryRouter>
              <CriticalList open />
            </MemoryRouter>
          </QueryClientProvider>
        </MantineProvider>,
      );
    list();
    expect(await screen.findByText(/alerted again .*: Doctor, Head of ward/, {}, SLOW)).toBeTruthy();
    expect(screen.getByLabelText("Told to")).toBeTruthy();
    cleanup();
    as("nurse", ["view_order"]);
    list();
    expect(screen.getByText("Potassium 6.9 mmol/L")).toBeTruthy();
    expect(screen.queryByLabelText("Told to")).toBeNull();
  });
});
