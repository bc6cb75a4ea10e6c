import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

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
