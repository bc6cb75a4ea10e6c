import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { MemoryRouter } from "react-router";
import { session } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { BoardTable } from "./BoardTable";
import type { Board } from "./data";

const at = "2026-01-07T14:10:00Z";
const latest = Object.entries({
  systolic_mmhg: 120,
  diastolic_mmhg: 80,
  heart_rate: 72,
  respiratory_rate: 16,
  temperature_c: 36.7,
  spo2_percent: 98,
  pain: 2,
}).map(([measure, value]) => ({ measure, value, at, flag: null }));
const bedside = {
  patient: { id: 3, patient_id: "P2026-0003", full_name: "Test Person", gender: "F", restricted: false },
  ...{ age: 52, latest, consciousness: "", supplemental_oxygen: null, allergies: [], allergy_state: "none_known" },
  ...{ tasks: [], news: { score: null, risk: null, refusal: null, missing: [], scale: 1, parts: [] } },
};
const board = { beds: [{ bed: "501-1", state: "occupied", bedside }] } as unknown as Board;

inEnglish();

it("the ward board writes vital signs with their units", () => {
  const access = `e.${btoa(JSON.stringify({ iat: 0, exp: 3600 }))}.s`;
  const user = { id: 5, username: "nurse", role: "nurse" as const, custom_role: null, permissions: [] };
  session.receive({ type: "token", access, user });
  render(
    <MantineProvider env="test">
      <MemoryRouter>
        <BoardTable board={board} />
      </MemoryRouter>
    </MantineProvider>,
  );
  const row = screen.getByRole("row", { name: /501-1/ }).textContent;
  for (const written of ["120/80 mmHg", "72 /min", "16 /min", "36.7 °C", "98 %"]) {
    expect(row).toContain(written);
  }
});
