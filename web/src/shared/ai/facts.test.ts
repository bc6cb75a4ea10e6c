import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { inEnglish } from "@/testing/inEnglish";
import { factValue, offerLink, sourceLink, type Missing } from "./facts";

const t = i18next.t.bind(i18next);

function offer(changes: Partial<Missing["offer"]>): Pick<Missing, "offer"> {
  const nothing = { form: "", job_role: "", job_type: "", order: null, job: null, model: "", study_instance_uid: "" };
  return { offer: { kind: "form", ...nothing, ...changes } };
}

inEnglish();

describe("facts of a rule", () => {
  it("reads as a person says it", () => {
    expect(factValue({ value: true, unit: "" }, t)).toBe("Yes");
    expect(factValue({ value: 140, unit: "mm[Hg]" }, t)).toBe("140 mmHg");
    expect(factValue({ value: 76.4, unit: "a" }, t)).toBe("76.4 years");
    expect(factValue({ value: "wildtype", unit: "" }, t)).toBe("Wildtype");
    expect(factValue({ value: "2", unit: "" }, t)).toBe("2");
    expect(factValue({ value: { version: 3 }, unit: "" }, t)).toContain("version 3");
  });

  it("leads to where it is written, unless a doctor stated it", () => {
    expect(sourceLink({ kind: "given", id: "7", label: "" }, 1)).toBeNull();
    expect(sourceLink({ kind: "problem", id: "7", label: "" }, 1)).toBe("/patients/1?tab=problems");
    expect(sourceLink({ kind: "order", id: "7", label: "" }, 1)).toBe("/orders/7");
    expect(sourceLink({ kind: "patient", id: "1", label: "" }, 1)).toBe("/patients/1");
  });

  it("leads to what would give it", () => {
    expect(offerLink(offer({ form: "request" }), 1)).toBeNull();
    expect(offerLink(offer({ form: "vitals" }), 1)).toBe("/patients/1?tab=vitals");
    expect(offerLink(offer({ kind: "result", order: 9 }), 1)).toBe("/orders/9");
    expect(offerLink(offer({ kind: "result", job: 4 }), 1)).toBe("/ai/jobs/4");
    expect(offerLink(offer({ kind: "order", job_type: "GENETIC" }), 1)).toBe("/patients/1?tab=orders");
    expect(offerLink(offer({ kind: "study" }), 1)).toBe("/patients/1?tab=imaging");
    expect(offerLink(offer({ kind: "study", study_instance_uid: "1.2.3" }), 1)).toBe("/studies/1.2.3");
  });
});
