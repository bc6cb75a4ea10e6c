import { useSyncExternalStore } from "react";
import { session } from "./index";
import type { SessionState, SessionUser } from "./types";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** The person logged in. Only below RequireSession. */
export function useUser(): SessionUser {
  const state = useSession();
  if (state.status !== "authenticated") throw new Error("no session");
  return state.user;
}

export type Permission =
  | "view_patient"
  | "edit_patient"
  | "view_encounter"
  | "view_prescription"
  | "edit_encounter"
  | "create_prescription"
  | "create_order"
  | "work_ris_order"
  | "work_lis_order"
  | "enter_lab_result"
  | "confirm_order"
  | "view_order"
  | "view_study"
  | "view_dicom"
  | "upload_dicom"
  | "match_study"
  | "view_report"
  | "write_report"
  | "request_ai"
  | "review_ai"
  | "manage_users"
  | "manage_roles"
  | "view_audit"
  | "operate"
  | "break_glass";

export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useUser();
  return (permission) => permissions.includes(permission);
}

/** Of the hospital: how far a reading is says nothing to patients and guests. */
export function useIsStaff(): boolean {
  const { role } = useUser();
  return role !== "patient" && role !== "external";
}
