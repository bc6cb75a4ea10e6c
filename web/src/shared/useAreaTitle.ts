import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useUser } from "@/session/react";

type Area = "patients" | "studies" | "orders";

const TITLES = {
  patients: "patients.title",
  studies: "studies.title",
  orders: "orders.title",
} as const satisfies Record<Area, string>;

/** What an area is to somebody who is not of the hospital: their own, not a department's list. */
const OWN_TITLES = {
  patient: { patients: "patients.titleOwn", studies: "studies.titleOwn", orders: "orders.titleOwn" },
  external: { studies: "studies.titleShared" },
} as const satisfies Partial<Record<Schema["RoleEnum"], Partial<Record<Area, string>>>>;

function ownTitleOf(role: Schema["RoleEnum"], area: Area) {
  if (role === "patient") return OWN_TITLES.patient[area];
  return role === "external" && area === "studies" ? OWN_TITLES.external.studies : null;
}

/** The title of an area for this person; null: the one that everybody of the hospital sees. */
export function useOwnTitle(): (area: string) => string | null {
  const { t } = useTranslation();
  const { role } = useUser();
  return (name) => {
    const area = (["patients", "studies", "orders"] as const).find((each) => each === name);
    const own = area && ownTitleOf(role, area);
    return own ? t(own) : null;
  };
}

export function useAreaTitle(area: Area): string {
  const { t } = useTranslation();
  return useOwnTitle()(area) ?? t(TITLES[area]);
}
