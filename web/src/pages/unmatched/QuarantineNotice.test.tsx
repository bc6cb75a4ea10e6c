import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { inEnglish } from "@/testing/inEnglish";
import type { Unmatched } from "./dicomPatient";
import { QuarantineNotice } from "./QuarantineNotice";

type Held = NonNullable<Unmatched["quarantine"]>;

const held: Held = {
  reason: "identity",
  patient: { id: 1, patient_id: "P1", full_name: "Emily Carter", birth_date: "1968-09-14", gender: "F" },
  dicom_patient_name: "Smith^John",
  dicom_birth_date: "19700102",
  differences: ["name", "birth_date"],
};

function notice(changes: Partial<Held> = {}) {
  render(
    <MantineProvider env="test">
      <QuarantineNotice held={{ ...held, ...changes }} />
    </MantineProvider>,
  );
  return screen.getByRole("alert").textContent;
}

inEnglish();

describe("a study on hold", () => {
  it("says in what its images contradict the record", () => {
    const text = notice();
    expect(text).toContain("The images name another person than the patient record.");
    expect(text).toContain("Name: John Smith in the images, Emily Carter on record.");
    expect(text).toContain("Date of birth: Jan 2, 1970 in the images, Sep 14, 1968 on record.");
  });

  it("names nobody whom the user does not see", () => {
    expect(notice({ patient: null, differences: [] })).not.toContain("on record");
  });
});
