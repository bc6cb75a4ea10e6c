import { describe, expect, it } from "vitest";
import type { Permission, SessionUser } from "@/session";
import { stepsFor, type JobRole, type Order, type OrderStatus } from "./steps";

const RIGHTS = {
  doctor: ["create_order", "confirm_order"],
  rib: ["work_ris_order", "confirm_order"],
  lab: ["work_lis_order", "enter_lab_result", "confirm_order"],
  nurse: [],
} satisfies Partial<Record<SessionUser["role"], Permission[]>>;

function steps(
  role: keyof typeof RIGHTS,
  job_role: JobRole,
  status: OrderStatus,
  ordered_by = 1,
  job_type = "CSF",
) {
  const order = { job_role, job_type, status, ordered_by } as Order;
  return stepsFor(order, { id: 1, username: role, role, custom_role: null, permissions: RIGHTS[role] });
}

describe("stepsFor", () => {
  it("lets each department work its own orders", () => {
    expect(steps("rib", "RIS", "ORDERED", 2)).toEqual(["accept"]);
    expect(steps("rib", "LIS", "ORDERED", 2)).toEqual([]);
    expect(steps("lab", "LIS", "IN_PROGRESS", 2)).toEqual(["submit"]);
    expect(steps("lab", "LIS", "IN_PROGRESS", 2, "BLOOD")).toEqual([]);
    expect(steps("doctor", "CONSULT", "ACCEPTED", 2)).toEqual(["start"]);
    expect(steps("doctor", "CONSULT", "ACCEPTED")).toEqual(["cancel"]);
    expect(steps("nurse", "RIS", "ORDERED", 2)).toEqual([]);
  });

  it("lets the orderer alone cancel, and not a finished order", () => {
    expect(steps("doctor", "RIS", "ORDERED")).toEqual(["cancel"]);
    expect(steps("doctor", "RIS", "ORDERED", 2)).toEqual([]);
    expect(steps("doctor", "RIS", "CANCELLED")).toEqual([]);
  });

  it("confirms within the reach of the role", () => {
    expect(steps("doctor", "LIS", "RESULT_READY")).toEqual(["confirm"]);
    expect(steps("rib", "RIS", "RESULT_READY")).toEqual(["confirm"]);
    expect(steps("rib", "LIS", "RESULT_READY")).toEqual([]);
    expect(steps("doctor", "CONSULT", "RESULT_READY")).toEqual(["confirm"]);
    expect(steps("doctor", "CONSULT", "RESULT_READY", 2)).toEqual([]);
    expect(steps("lab", "LIS", "RESULT_READY", 2, "BLOOD")).toEqual(["confirm"]);
    expect(steps("lab", "LIS", "RESULT_READY", 2, "GENETIC")).toEqual([]);
    expect(steps("doctor", "LIS", "RESULT_READY", 2, "GENETIC")).toEqual(["confirm"]);
  });
});
