import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";

export const ROLES = [
  "admin",
  "doctor",
  "rib",
  "lab",
  "nurse",
  "patient",
  "external",
] as const satisfies Schema["RoleEnum"][];

/** A role in the person's language; an unknown one as the server names it. */
export function useRoleName(): (role: string) => string {
  const { t } = useTranslation();
  return (role) => (ROLES.some((known) => known === role) ? t(`shell.role.${role as Schema["RoleEnum"]}`) : role);
}

interface Holder {
  role: string;
  custom_role: Schema["CustomRoleBriefOut"] | null;
}

/** The hospital's own role that somebody has, else the built-in one. */
export function useHeldRoleName(): (holder: Holder) => string {
  const roleName = useRoleName();
  return ({ role, custom_role }) =>
    custom_role ? custom_role[`name_${currentLanguage()}`] : roleName(role);
}
