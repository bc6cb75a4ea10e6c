import type { OrderFilters } from "@/api/queries";
import type { SessionUser } from "@/session";

const URGENT_FIRST = { open: true, ordering: "priority,ordered_at" } as const;

/** The open orders that a person was given, whoever ordered them. */
export function assignedOrders({ id }: Pick<SessionUser, "id">): OrderFilters {
  return { ...URGENT_FIRST, assigned_to: id };
}

/**
 * The orders that concern a person first: a doctor's own, those that a department works, for others
 * all that are open. STAT before urgent before routine, then by age.
 */
export function waitingOrders({ id, permissions }: Pick<SessionUser, "id" | "permissions">): OrderFilters {
  if (permissions.includes("work_ris_order")) return { ...URGENT_FIRST, job_role: "RIS" };
  if (permissions.includes("work_lis_order")) return { ...URGENT_FIRST, job_role: "LIS" };
  if (permissions.includes("create_order")) return { ...URGENT_FIRST, ordered_by: id };
  return URGENT_FIRST;
}
