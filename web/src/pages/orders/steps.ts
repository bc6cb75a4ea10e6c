import type { Schema } from "@/api/client";
import type { Permission, SessionUser } from "@/session";
import { mayRelease } from "@/shared/lab/mayRelease";

export type Order = Schema["OrderOut"];
export type OrderStatus = Schema["OrderStatus"];
export type JobRole = Schema["JobRoleEnum"];
export type Step = "accept" | "start" | "submit" | "confirm" | "cancel";

export const JOB_ROLES = ["RIS", "LIS", "TREATMENT", "CONSULT"] as const satisfies JobRole[];
export const STATUSES = [
  "ORDERED",
  "ACCEPTED",
  "IN_PROGRESS",
  "RESULT_READY",
  "CONFIRMED",
  "CANCELLED",
] as const satisfies OrderStatus[];
export const PRIORITIES = ["routine", "urgent", "stat"] as const satisfies Schema["PriorityEnum"][];

const POSSIBLE: Record<OrderStatus, Step[]> = {
  ORDERED: ["accept", "cancel"],
  ACCEPTED: ["start", "cancel"],
  IN_PROGRESS: ["submit", "cancel"],
  RESULT_READY: ["confirm"],
  CONFIRMED: [],
  CANCELLED: [],
};

const WORK: Record<JobRole, Permission> = {
  RIS: "work_ris_order",
  LIS: "work_lis_order",
  TREATMENT: "create_order",
  CONSULT: "create_order",
};

/** Whose results are entered and verified on the laboratory's own page. */
const OF_THE_LABORATORY = ["BLOOD", "GENETIC", "PROTEIN"];

export function isOfLaboratory({ job_role, job_type }: Order): boolean {
  return job_role === "LIS" && OF_THE_LABORATORY.includes(job_type);
}

/** A consultation is another doctor's work than that of the one who asks for it. */
export function isOwnConsultation({ job_role, ordered_by }: Order, { id }: SessionUser): boolean {
  return job_role === "CONSULT" && ordered_by === id;
}

/** Whether this person works such orders, and so assigns them. */
export function worksOn({ job_role }: Order, { permissions }: SessionUser): boolean {
  return permissions.includes(WORK[job_role]);
}

/** Whether nothing can become of the order any more. */
export function hasEnded({ status = "ORDERED" }: Order): boolean {
  return POSSIBLE[status].length === 0;
}

/** Whether a result is out. */
export function hasResult({ status }: Order): boolean {
  return status === "RESULT_READY" || status === "CONFIRMED";
}

/** The roles whose right to confirm reaches one kind of order only. */
const CONFIRMS: Partial<Record<SessionUser["role"], JobRole>> = { rib: "RIS", lab: "LIS" };

/**
 * The steps to offer this person: those possible now that their rights cover. The server decides
 * again (ocs/selectors.py, `may_step`).
 */
export function stepsFor(order: Order, user: SessionUser): Step[] {
  const has = (permission: Permission) => user.permissions.includes(permission);
  const asked = isOwnConsultation(order, user);
  const allowed = (step: Step): boolean => {
    switch (step) {
      case "cancel":
        return has("create_order") && order.ordered_by === user.id;
      case "confirm":
        return (
          has("confirm_order") &&
          [undefined, order.job_role].includes(CONFIRMS[user.role]) &&
          mayRelease(order, user) &&
          (order.job_role !== "CONSULT" || asked)
        );
      case "submit":
        if (order.job_role === "LIS") return has("enter_lab_result") && !isOfLaboratory(order);
        return has(WORK[order.job_role]) && !asked;
      default:
        return has(WORK[order.job_role]) && !asked;
    }
  };
  return POSSIBLE[order.status ?? "ORDERED"].filter(allowed);
}
