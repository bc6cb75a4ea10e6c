import { describe, expect, it } from "vitest";
import type { Permission } from "@/session";
import { waitingOrders } from "./waitingOrders";

const of = (...permissions: Permission[]) => waitingOrders({ id: 7, permissions });

describe("the orders that concern a person", () => {
  it("are a doctor's own, a department's, or all that are open", () => {
    expect(of("view_order", "create_order")).toMatchObject({ open: true, ordered_by: 7 });
    expect(of("view_order", "work_ris_order")).toMatchObject({ open: true, job_role: "RIS" });
    expect(of("view_order", "work_lis_order")).toMatchObject({ open: true, job_role: "LIS" });
    expect(of("view_order")).toEqual({ open: true, ordering: "priority,ordered_at" });
  });

  it("begin with what is most urgent, then oldest", () => {
    for (const filters of [of("create_order"), of("work_ris_order"), of("work_lis_order"), of()]) {
      expect(filters.ordering).toBe("priority,ordered_at");
    }
  });
});
