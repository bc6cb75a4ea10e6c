import { describe, expect, it } from "vitest";
import { answersOf, isHl7 } from "./acks";
import { newestByCode } from "@/shared/lab/newestByCode";
import { analyteOf, rangeOf, rowsEntered, withCodes } from "./blood";
import { rowOf, rowsOf, typedOf } from "./columns";
import type { LabValue, Order, Panel, Specimen, Version } from "./data";
import { moveInColumn } from "./keyboard";
import { stepOf } from "./steps";
import { timeLeft } from "@/shared/criticals/useCountdown";

const K = "2823-3";
const analyte: Panel["analytes"][number] = {
  code: K,
  name: { ko: "칼륨", en: "Potassium" },
  unit: "mmol/L",
  units: ["meq/L"],
  methods: [{ method: "ISE", low: 3.5, high: 5 }],
  low: 3.4,
  high: 4.8,
  critical_low: 2.5,
  critical_high: 6.5,
};

describe("the rows of a blood test", () => {
  it("are those that were entered, and each code comes once", () => {
    const rows = rowsEntered({ analytes: [{ code: K, value: 4.1, unit: "meq/L" }] });
    expect(rows).toEqual([{ code: K, value: "4.1", unit: "meq/L", method: "" }]);
    expect(withCodes(rows, [K, "unknown"], [analyte])).toEqual(rows);
    expect(withCodes([], [K], [analyte])[0]).toMatchObject({ unit: "mmol/L", value: "" });
  });

  it("are sent as numbers where they are, and left out while empty", () => {
    const row = { code: K, value: " 4.10 ", unit: "mmol/L", method: " " };
    expect(analyteOf(row)).toEqual({ code: K, value: 4.1, unit: "mmol/L" });
    expect(analyteOf({ ...row, value: "<2" })).toMatchObject({ value: "<2" });
    expect(analyteOf({ ...row, value: "" })).toBeNull();
  });

  it("have the range of their method before that of any", () => {
    expect(rangeOf(analyte, "ISE")).toMatchObject({ low: 3.5, high: 5 });
    expect(rangeOf(analyte, "")).toMatchObject({ low: 3.4, high: 4.8 });
  });

  it("stand beside the newest values of the patient", () => {
    const values = [1, 2, 3].map((id) => ({ id, code: K }) as LabValue);
    expect(newestByCode(values, 2).get(K)?.map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("the rows of other tests", () => {
  it("are sent without what is empty, numbers as numbers", () => {
    const typed = { gene: " IDH1 ", hgvs: "", vaf: "0.41" };
    expect(rowOf("gene_mutations", typed)).toEqual({ gene: "IDH1", vaf: 0.41 });
    expect(rowOf("gene_mutations", { gene: "7" })).toEqual({ gene: "7" });
    expect(rowOf("protein_markers", { marker: "Tau", value: "Positive" })).toMatchObject({
      value: "Positive",
    });
    expect(rowOf("cnv", { region: " " })).toBeNull();
  });

  it("come back as they were typed", () => {
    expect(typedOf({ gene: "IDH1", vaf: 0.41, odd: null })).toEqual({ gene: "IDH1", vaf: "0.41" });
    expect(rowsOf({ cnv: 5 }, "cnv")).toEqual([]);
  });
});

describe("the step of an order", () => {
  const step = (status: Order["status"], states: Specimen["state"][], versions: Version["state"][]) =>
    stepOf(
      { status } as Order,
      states.map((state) => ({ state }) as Specimen),
      versions.map((state) => ({ state }) as Version),
    );

  it("is what the worklist of the server says", () => {
    expect(step("ORDERED", [], [])).toBe("COLLECT");
    expect(step("ORDERED", ["REJECTED"], [])).toBe("COLLECT");
    expect(step("ORDERED", ["REJECTED", "COLLECTED"], [])).toBe("RECEIVE");
    expect(step("ORDERED", ["RECEIVED"], [])).toBe("ENTER");
    expect(step("IN_PROGRESS", [], ["ENTERED"])).toBe("VERIFY");
    expect(step("IN_PROGRESS", [], ["RETURNED"])).toBe("ENTER");
    expect(step("RESULT_READY", [], ["VERIFIED"])).toBe("CONFIRM");
    expect(step("CONFIRMED", [], ["VERIFIED", "ENTERED"])).toBe("VERIFY");
    expect(step("CONFIRMED", [], ["VERIFIED"])).toBe("DONE");
    expect(step("CANCELLED", [], ["ENTERED"])).toBe("DONE");
  });
});

describe("the answers to a file of messages", () => {
  it("are one for each, with the reason of what was refused", () => {
    const text = "MSH|^~\\&|A\rMSA|AA|M1\rMSH|^~\\&|A\rMSA|AE|M2\rERR||||E||||no open order fits\r";
    expect(answersOf(text)).toEqual([
      { controlId: "M1", code: "AA", reason: "" },
      { controlId: "M2", code: "AE", reason: "no open order fits" },
    ]);
  });

  it("are expected of what begins as a message", () => {
    expect(["MSH|^~", "\u000bMSH|", "\r\nFHS|", "accession_number,code"].map(isHl7)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("the countdown to the escalation", () => {
  it("ends at zero", () => {
    const at = "2026-01-07T15:15:00Z";
    expect(timeLeft(at, Date.parse("2026-01-07T15:10:55Z"))).toBe("4:05");
    expect(timeLeft(at, Date.parse("2026-01-07T15:16:00Z"))).toBe("0:00");
  });
});

describe("the keys of the entry form", () => {
  it("go down the column and end at the button that saves", () => {
    document.body.innerHTML =
      '<form><input data-column="value" id="a"><input id="x"><input data-column="value" id="b">' +
      '<button type="submit" id="s"></button></form>';
    const form = document.querySelector("form") as HTMLFormElement;
    const used: boolean[] = [];
    form.addEventListener("keydown", (event) => used.push(moveInColumn(form, event)));
    const press = (id: string, key: string) => {
      document
        .getElementById(id)
        ?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      return document.activeElement?.id;
    };
    document.getElementById("a")?.focus();
    expect(press("a", "Enter")).toBe("b");
    expect(press("b", "ArrowUp")).toBe("a");
    document.getElementById("b")?.focus();
    expect(press("b", "Enter")).toBe("s");
    press("x", "ArrowDown");
    expect(used).toEqual([true, true, true, false]);
  });
});
