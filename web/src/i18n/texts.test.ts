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

/** Words that another one stands for, everywhere; the same list is in tests/architecture/test_words.py. */
const UNWANTED = {
  en: /give back|take up again|\bAI reading|as taken|drive again|\bdead\b|orders that wait|unread images/i,
  ko: /판독 반납|AI 판독|마스크|판정|결과 확정|게시|검사실|긴급|미확인 영상|지시|사용자 이름|촬영값|연속 재생|콥 각도|[을은](?:\(|（)|이\(가\)|와\(과\)/,
};

describe("texts", () => {
  const [english, korean] = [flat(en), flat(ko)];

  it("exist in both languages", () => {
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("use one term for one thing", () => {
    const words = [...english].map(([key, text]) => [key, text, UNWANTED.en] as const);
    const koreanWords = [...korean].map(([key, text]) => [key, text, UNWANTED.ko] as const);
    const found = [...words, ...koreanWords].filter(([, text, unwanted]) => unwanted.test(text));
    expect(found.map(([key, text]) => `${key}: ${text}`)).toEqual([]);
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
