import { describe, expect, it } from "vitest";
import { isOutside, nextPath } from "./next";

const ORIGIN = "https://cdss.test";
const next = (value: string) => nextPath(`?next=${encodeURIComponent(value)}`, ORIGIN);

describe("nextPath", () => {
  it("keeps a path of this origin with its query", () => {
    expect(next("/ohif/viewer?StudyInstanceUIDs=1.2")).toBe("/ohif/viewer?StudyInstanceUIDs=1.2");
  });

  it.each([
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test/",
    "/\t/evil.test",
    "javascript:alert(1)",
    "studies",
    "",
  ])("refuses %s", (value) => {
    expect(next(value)).toBeNull();
  });
});

describe("isOutside", () => {
  it("knows the viewer", () => {
    expect(isOutside("/ohif/viewer")).toBe(true);
    expect(isOutside("/studies")).toBe(false);
  });
});
