import { describe, expect, it } from "vitest";
import { checkBody, isComplete, newPrescription, prescriptionBody } from "./prescription";

const WARNING = { code: "dose", kind: "dose", about: "x", severity: "", effect: "", source: "" } as const;
const WRITTEN = {
  ...newPrescription,
  drug: " Acetaminophen ",
  drug_code: "N02BE01",
  dose: "500 mg",
  frequency: "tid",
  daily_mg: "5000",
};

describe("a prescription that is written", () => {
  it("is checked by its drug and daily dose", () => {
    expect(checkBody(1, WRITTEN)).toEqual({
      patient: 1,
      drug: "Acetaminophen",
      drug_code: "N02BE01",
      daily_mg: 5000,
    });
    expect(checkBody(1, { ...newPrescription, drug: "Herbs" })).toEqual({ patient: 1, drug: "Herbs" });
  });

  it("needs a reason where something speaks against it, and sends what was shown", () => {
    expect(isComplete(WRITTEN, [])).toBe(true);
    expect(isComplete(WRITTEN, [WARNING])).toBe(false);
    const explained = { ...WRITTEN, reason: "short course" };
    expect(isComplete(explained, [WARNING])).toBe(true);
    expect(prescriptionBody(1, explained, [WARNING])).toMatchObject({
      acknowledged: ["dose"],
      reason: "short course",
      days: 7,
    });
    expect(prescriptionBody(1, explained, [])).not.toHaveProperty("reason");
  });

  it("lasts one to 365 whole days", () => {
    expect(["0", "1.5", "366", ""].map((days) => isComplete({ ...WRITTEN, days }, []))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
