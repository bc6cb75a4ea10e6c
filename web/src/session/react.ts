import { useSyncExternalStore } from "react";
import { session } from "./index";
import type { Permission, SessionState, SessionUser } from "./types";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** The person logged in. Only below `Gate`. */
export function useUser(): SessionUser {
  const state = useSession();
  if (state.status !== "authenticated") throw new Error("no session");
  return state.user;
}

export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useUser();
  return (permission) => permissions.includes(permission);
}

/** Of the hospital: patients and guests see no reading status. */
export function useIsStaff(): boolean {
  const { role } = useUser();
  return role !== "patient" && role !== "external";
}
