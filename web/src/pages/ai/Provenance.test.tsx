import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { inEnglish } from "@/testing/inEnglish";
import { Provenance } from "./Provenance";

const step: Schema["ChainStepOut"] = {
  version: 1,
  kind: "ai",
  parent: null,
  author: null,
  author_name: null,
  created_at: "2026-03-02T09:40:52+09:00",
  sha256: "f1",
  volumes_ml: { "1": 1956.3 },
  changes: null,
};
const found: Schema["ProvenanceOut"] = {
  segmentation: 3,
  version: 2,
  job: 3,
  origin: "model",
  patient_id: "P2026-0001",
  patient_name: "김민준",
  study_instance_uid: "2.25.1",
  series_instance_uid: "2.25.2",
  requested: { username: "doctor", name: "이서연", at: "2026-03-02T09:40:47+09:00" },
  model: {
    id: "brain_extraction",
    version: "1.0.2",
    name: "Brain extraction",
    name_ko: "뇌 추출",
    algorithm_name: "deepbet",
    manufacturer: "",
    udi: "",
    requested_parameters: {},
    parameters: { threshold: 0.5 },
    files: { "model.onnx": "c1da" },
    runtime: null,
  },
  input: null,
  segments: [
    { number: 1, label: "Brain", label_ko: "뇌", tracking_id: "Brain 3.1", tracking_uid: "2.25.9" },
  ],
  chain: [
    step,
    {
      ...step,
      version: 2,
      kind: "edited",
      parent: 1,
      author: "doctor",
      author_name: "이서연",
      changes: [
        {
          segment: 1,
          added: 1200,
          removed: 34,
          assist: [
            {
              model: "lesion_assist",
              version: "1.0.0",
              name: "Lesion in a box",
              files: { "runner.py": "c1" },
              prompts: ["box", "stroke"],
            },
          ],
        },
      ],
    },
  ],
  review: null,
  publication: null,
};

function shown(changes: Partial<Schema["ProvenanceOut"]> = {}) {
  render(
    <MantineProvider env="test">
      <Provenance of={{ ...found, ...changes }} />
    </MantineProvider>,
  );
}

const rowsOf = (table: string) =>
  [...screen.getByRole("table", { name: table }).querySelectorAll("tbody tr")].map(
    ({ textContent }) => textContent,
  );

inEnglish();

describe("the origin of a version", () => {
  it("names each hand and what it changed, and says what was not recorded", () => {
    shown();
    const [first, second] = rowsOf("Versions");
    expect(first).toMatch(/^1Brain extraction.*not recorded/);
    expect(second).toMatch(/^2이서연.*Brain: \+1,200 −34/);
    expect(second).toContain(
      "Lesion in a box (lesion_assist 1.0.0, box, stroke, runner.py c1)",
    );
    expect(screen.getAllByText("not recorded")).toHaveLength(4);
    expect(screen.getByText("threshold 0.5")).toBeTruthy();
    expect(screen.queryByText("DICOM objects")).toBeNull();
  });

  it("shows the review and the stored objects of an approved version", () => {
    const at = "2026-03-02T09:40:53+09:00";
    shown({
      review: { username: "rib", name: "박도윤", at, decision: "APPROVED", comment: "corrected" },
      publication: [{ kind: "sr", sop_instance_uid: "2.25.77", stored_at: at }],
    });
    expect(rowsOf("DICOM objects")[0]).toMatch(/^Measurement report2\.25\.77/);
    expect(screen.getByText(/박도윤 \(rib\).* — corrected/)).toBeTruthy();
  });
});
