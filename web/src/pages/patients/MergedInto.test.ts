import { describe, expect, it } from "vitest";
import { refused } from "@/api/errors";
import { mergedInto } from "./MergedInto";

describe("a record that was merged", () => {
  it("names the record that it belongs to", () => {
    const answer = (code: string, detail: string) =>
      refused(409, { error: { code, message: "", detail, field: "id", request_id: "" } }, null);
    expect(mergedInto(answer("ERR_307", "merged into 17"))).toBe(17);
    expect(mergedInto(answer("ERR_301", "current version is 17"))).toBeNull();
    expect(mergedInto(null)).toBeNull();
  });
});
