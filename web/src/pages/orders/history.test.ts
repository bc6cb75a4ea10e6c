import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { isAmendment, lastStep } from "./history";

const step = (id: number, from_status: string, to_status: string) =>
  ({ id, from_status, to_status }) as Schema["OrderHistoryOut"];

describe("history", () => {
  const steps = [
    step(1, "", "ORDERED"),
    step(2, "IN_PROGRESS", "RESULT_READY"),
    step(3, "RESULT_READY", "RESULT_READY"),
  ];

  it("tells who entered a result from who corrected it", () => {
    expect(lastStep(steps, "RESULT_READY")?.id).toBe(2);
    expect(lastStep(steps, "CONFIRMED")).toBeUndefined();
    expect(steps.filter(isAmendment).map(({ id }) => id)).toEqual([3]);
  });
});
