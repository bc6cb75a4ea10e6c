import { describe, expect, it } from "vitest";
import en from "./en";
import ko from "./ko";

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === "string"
        ? [[prefix + key, value] as const]
        : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? "").sort();
}

describe("texts", () => {
  const [english, korean] = [flat(en), flat(ko)];

  it("exist in both languages", () => {
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("are not empty and take the same values", () => {
    for (const [key, text] of english) {
      const other = korean.get(key) ?? "";
      expect(text.trim(), key).not.toBe("");
      expect(other.trim(), key).not.toBe("");
      expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });
});
