import { describe, expect, it } from "vitest";
import { moved, removedFrom, type Role } from "./customRoles";

const NURSE = {
  role: "nurse",
  custom: null,
  permissions: [
    { permission: "view_patient", scope: "all" },
    { permission: "view_report", scope: "summary" },
  ],
  ceiling: [{ permission: "view_report", scope: "all" }],
  menus: [],
} satisfies Role;

describe("a role of the hospital's own", () => {
  it("removes what is unchecked, unless it is added with a wider reach", () => {
    expect(removedFrom(NURSE, ["view_patient", "view_report"], [])).toEqual([]);
    expect(removedFrom(NURSE, ["view_report"], [])).toEqual(["view_patient"]);
    expect(removedFrom(NURSE, ["view_patient"], ["view_report"])).toEqual([]);
  });

  it("moves a menu entry by one place, not beyond the ends", () => {
    expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });
});
