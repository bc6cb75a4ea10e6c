import { describe, expect, it } from "vitest";
import { followsByKind } from "./follows";

describe("what follows a merge", () => {
  it("is counted by what a person calls it, the most first", () => {
    const follows = {
      "emr.Vitals": 7,
      "emr.Encounter": 2,
      "emr.CareTeamMember": 1,
      "ris.Reading": 1,
      "pacs.Study": 3,
      "new.Thing": 1,
    };
    expect(followsByKind(follows)).toEqual([
      ["chart", 9],
      ["studies", 4],
      ["access", 1],
      ["other", 1],
    ]);
    expect(followsByKind({})).toEqual([]);
  });
});
