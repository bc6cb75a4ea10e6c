import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { answersTo, askedFacts, isComplete } from "@/shared/ai/askedFacts";
import { inEnglish } from "@/testing/inEnglish";
import { RequestRule } from "./RequestRule";

const words = (name: string) => ({ name, label: name, label_ko: name });
const unknown = {
  what: "af",
  ...words("af"),
  reason: "unknown",
  required: true,
  can_be_given: true,
  choices: [],
  unit: "",
  offer: { kind: "form", form: "problems", job_role: "", job_type: "", order: null, job: null, model: "", study_instance_uid: "" },
};
/** As stroke_risk: which facts it needs depends on one that no record holds. */
const model = {
  id: "stroke_risk",
  version: "1.0.0",
  name: "Stroke risk",
  kind: "rule",
  intended_use: "",
  limits: ["Made for adults."],
  contraindications: ["Mechanical valve."],
  inputs: {
    facts: [
      words("age"),
      words("af"),
      { ...words("heart failure"), when: { af: true } },
      { ...words("pressure"), unit: "mm[Hg]", when: { af: false } },
      { ...words("smoking"), when: { af: false } },
      { ...words("grade"), choices: ["2", "3"], required: false },
    ],
  },
  available: false,
  missing: [unknown],
  absent: [],
  facts: [{ ...words("age"), value: 70, unit: "a", at: null, source: { kind: "patient", id: "1", label: "" } }],
  suitable_series: [],
} as unknown as Schema["AvailableModelOut"];

inEnglish();
beforeAll(() => {
  const nothing = () => undefined;
  vi.stubGlobal("ResizeObserver", class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  });
  Element.prototype.scrollIntoView = nothing;
});

describe("what a rule asks of the doctor", () => {
  const named = (given: Parameters<typeof askedFacts>[1]) =>
    askedFacts(model, given).map(({ name }) => name);

  it("follows each answer", () => {
    expect(named({})).toEqual(["af", "grade"]);
    expect(named({ af: true })).toEqual(["af", "heart failure", "grade"]);
    expect(named({ af: false })).toEqual(["af", "pressure", "smoking", "grade"]);
  });

  it("sends no answer whose question went away, and waits for what it needs", () => {
    const given = { af: false, "heart failure": true, pressure: 140 };
    const asked = askedFacts(model, given);
    expect(answersTo(asked, given)).toEqual({ af: false, pressure: 140 });
    expect(isComplete(model, asked, given)).toBe(false);
    expect(isComplete(model, asked, { ...given, smoking: false })).toBe(true);
    const masked = { ...model, missing: model.missing.map((one) => ({ ...one, what: "mask", can_be_given: false })) };
    expect(isComplete(masked, [], {})).toBe(false);
  });

  it("can be requested without atrial fibrillation, once all is answered", () => {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
    client.setQueryData(keys.ai.modelsFor("patient 1"), [model]);
    client.setQueryData(keys.ai.models, []);
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          <MemoryRouter>
            <RequestRule patient={{ id: 1, patient_id: "P1" }} opened onClose={() => undefined} />
          </MemoryRouter>
        </QueryClientProvider>
      </MantineProvider>,
    );
    const request = () => screen.getByText("Request AI analysis").closest("button");
    const field = (label: RegExp) => screen.getByLabelText(label, { selector: "input" });
    const say = (what: RegExp, value: string) => {
      fireEvent.click(field(what));
      const list = document.getElementById(field(what).getAttribute("aria-controls") ?? "");
      fireEvent.click(within(list ?? document.body).getByText(value));
    };
    expect(screen.getByText("Mechanical valve.")).toBeTruthy();
    expect(request()?.disabled).toBe(true);
    say(/^af/, "No");
    fireEvent.change(field(/^pressure/), { target: { value: "140" } });
    expect(request()?.disabled).toBe(true);
    say(/^smoking/, "No");
    expect(request()?.disabled).toBe(false);
  }, 30_000);
});
