import { describe, expect, it } from "vitest";
import { isSame, orderAfter, queryOf } from "./useQueryParams";

describe("the worklist's parameters", () => {
  it("sort by a column, longest waiting and newest first, and reverse at the second click", () => {
    expect(orderAfter(undefined, "patient")).toBe("patient");
    expect(orderAfter("patient", "patient")).toBe("-patient");
    expect(orderAfter("-patient", "patient")).toBe("patient");
    expect(orderAfter("patient", "waiting_minutes")).toBe("-waiting_minutes");
    expect(orderAfter("-waiting_minutes", "waiting_minutes")).toBe("waiting_minutes");
  });

  it("are the same filter in whatever order", () => {
    expect(isSame({ state: "unread" }, { state: "unread", ordering: "patient" })).toBe(true);
    expect(isSame({ state: "unread" }, { state: "unread", modality: "MR" })).toBe(false);
  });

  it("go to the API with the search, which stays out of the address", () => {
    expect(queryOf({ state: "unread,being_read" }, "kim")).toEqual({
      state: "unread,being_read",
      search: "kim",
    });
    expect(queryOf({}, "")).toEqual({});
  });
});
