import { describe, expect, it } from "vitest";
import { changedBody, fieldsOfRow, localInput, missingFields, newBody, readable, suggested, valuesOf, withMine, type Field } from "./fields";

const FIELDS: Field[] = [
  { name: "reason", label: "Reason", type: "text", required: true },
  { name: "ended_at", label: "End", type: "datetime" },
  { name: "weight_kg", label: "Weight", type: "number" },
  { name: "kind", label: "Kind", type: "select", options: [{ value: "a", label: "First" }] },
  { name: "restricted", label: "Restricted", type: "yes" },
];
const ROW = { reason: "Headache", ended_at: "2026-01-05T00:30:00Z", weight_kg: 68.5, kind: null, restricted: true };

describe("the fields of a form", () => {
  it("show a row of the API", () => {
    expect(valuesOf(FIELDS, ROW)).toEqual({
      reason: "Headache",
      ended_at: localInput(new Date("2026-01-05T00:30:00Z")),
      weight_kg: "68.5",
      kind: "",
      restricted: "true",
    });
  });

  it("send what was filled in, with numbers and moments as the API reads them", () => {
    expect(newBody(FIELDS, { reason: " Headache ", weight_kg: "68.5", kind: "" })).toEqual({
      reason: "Headache",
      weight_kg: 68.5,
    });
    const at = localInput(new Date("2026-01-05T00:30:00Z"));
    expect(newBody(FIELDS, { ended_at: at })).toEqual({ ended_at: "2026-01-05T00:30:00.000Z" });
  });

  it("send of a change only what differs; what was emptied as nothing", () => {
    const before = valuesOf(FIELDS, ROW);
    expect(changedBody(FIELDS, before, before)).toEqual({});
    const after = { ...before, reason: "Nausea", weight_kg: "", restricted: "false" };
    expect(changedBody(FIELDS, before, after)).toEqual({
      reason: "Nausea",
      weight_kg: null,
      restricted: false,
    });
  });

  it("tell no from not said", () => {
    const fields: Field[] = [{ name: "oxygen", label: "Oxygen", type: "known" }];
    expect(newBody(fields, { oxygen: "" })).toEqual({});
    expect(newBody(fields, { oxygen: "false" })).toEqual({ oxygen: false });
    expect(changedBody(fields, { oxygen: "true" }, { oxygen: "" })).toEqual({ oxygen: null });
    expect(valuesOf(fields, { oxygen: null })).toEqual({ oxygen: "" });
  });

  it("keep the change of another person beside mine", () => {
    const before = { reason: "Headache", weight_kg: "68", kind: "" };
    const now = { ...before, weight_kg: "70", kind: "a" };
    expect(withMine(FIELDS, before, { ...before, reason: "Nausea" }, now)).toEqual({ ...now, reason: "Nausea" });
    expect(withMine(FIELDS, before, { ...before, weight_kg: "69" }, now).weight_kg).toBe("69");
  });

  it("name what is missing, and choices by their label", () => {
    expect(missingFields(FIELDS, { reason: " " }).map(({ name }) => name)).toEqual(["reason"]);
    const ofRow = (reason: string) => missingFields(fieldsOfRow(FIELDS, { reason }), { reason: "" });
    expect([ofRow("Headache").length, ofRow("").length]).toEqual([1, 0]);
    expect(FIELDS.map((field) => readable(field, "a"))).toEqual(["a", "a", "a", "First", "a"]);
  });
});

describe("suggestions", () => {
  const terms = [
    { name: "오심", also: "Nausea" },
    { name: "피로", also: "Fatigue" },
  ];
  const names = (text: string) => suggested(terms, text).map(({ name }) => name);

  it("are found by either name", () => {
    expect(names("오")).toEqual(["오심"]);
    expect(names(" naus")).toEqual(["오심"]);
    expect(names("")).toEqual(["오심", "피로"]);
    expect(names("오심 N")).toEqual([]);
  });
});
