import { expect, it } from "vitest";
import { isCurrent } from "./medication";

it("a medicine is current until its end, however it came", () => {
  const now = new Date("2026-01-12T09:00:00Z");
  expect(isCurrent({ ends_at: "2026-01-12T09:30:00Z" }, now)).toBe(true);
  expect(isCurrent({ ends_at: "2026-01-12T09:00:00Z" }, now)).toBe(false);
  expect(isCurrent({ ends_at: null }, now)).toBe(true);
});
