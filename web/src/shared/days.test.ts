import { describe, expect, it } from "vitest";
import { addDays, dayOf, mondayOf } from "./days";

describe("days", () => {
  it("are counted across months and years, and begin their week on Monday", () => {
    expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(mondayOf("2026-01-05")).toBe("2026-01-05");
    expect(mondayOf("2026-01-11")).toBe("2026-01-05");
  });
});
