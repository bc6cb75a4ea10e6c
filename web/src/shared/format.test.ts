import { describe, expect, it } from "vitest";
import { ageAt, dicomTime, initialsOf, langOf, personName } from "./format";

describe("ageAt", () => {
  it("counts whole years", () => {
    expect(ageAt("1974-03-02", new Date(2026, 2, 1))).toBe(51);
    expect(ageAt("1974-03-02", new Date(2026, 2, 2))).toBe(52);
    expect(ageAt("2026-01-05", new Date(2026, 5, 1))).toBe(0);
  });
});

it("a text with Korean letters is Korean, another one is not known", () => {
  expect(langOf("500 mg, 1일 2회")).toBe("ko");
  expect(langOf("Penicillin")).toBeUndefined();
});

describe("dicomTime", () => {
  it.each([
    ["090000", "09:00"],
    ["0930", "09:30"],
    ["14", "14:00"],
    ["142501.123456", "14:25"],
    ["", ""],
  ])("reads %s", (time, expected) => {
    expect(dicomTime(time)).toBe(expected);
  });
});

describe("personName", () => {
  it.each([
    ["Kim^Minjun=김^민준=", "김민준"],
    ["김^민준", "김민준"],
    ["Carter^Emily^Jane", "Emily Jane Carter"],
    ["CARTER", "CARTER"],
    ["", ""],
  ])("says %s as %s", (name, said) => {
    expect(personName(name)).toBe(said);
  });
});

describe("initialsOf", () => {
  it.each([
    ["김민준", "민준"],
    ["Emily Jane Carter", "EC"],
    ["doctor", "D"],
  ])("shortens %s to %s", (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
