import { describe, expect, it } from "vitest";
import { bearingOf, piecesOf, type KeyFinding } from "./highlights";
import { inserted } from "./insertion";

const finding = (start: number, end: number, flags: Partial<KeyFinding> = {}): KeyFinding => ({
  concept: "oedema",
  code: "79654002",
  term: "Edema",
  start,
  end,
  negated: false,
  uncertain: false,
  historical: false,
  ...flags,
});

describe("the pieces of a text", () => {
  it("put together are the text, whatever characters it has", () => {
    const text = "🧠 부종 and edema\n";
    const pieces = piecesOf(text, [finding(2, 4), finding(9, 14)]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.filter((piece) => piece.finding).map((piece) => piece.text)).toEqual(["부종", "edema"]);
  });

  it("leave out what overlaps or lies behind the end", () => {
    const pieces = piecesOf("abc", [finding(0, 2), finding(1, 3), finding(2, 9)]);
    expect(pieces.map((piece) => piece.text)).toEqual(["ab", "c"]);
  });
});

describe("how a finding bears", () => {
  it("is uncertain where it is probably absent", () => {
    expect(bearingOf(finding(0, 1))).toBe("present");
    expect(bearingOf(finding(0, 1, { negated: true }))).toBe("negated");
    expect(bearingOf(finding(0, 1, { negated: true, uncertain: true }))).toBe("uncertain");
  });
});

describe("an inserted value", () => {
  it("has a line of its own", () => {
    expect(inserted("", 0, "v")).toEqual({ text: "v", end: 1 });
    expect(inserted("ab", 2, "v")).toEqual({ text: "ab\nv", end: 4 });
    expect(inserted("ab\ncd", 3, "v")).toEqual({ text: "ab\nv\ncd", end: 4 });
  });
});
