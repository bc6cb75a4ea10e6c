import { Alert } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation } from "react-router";
import type { Schema } from "@/api/client";
import { asApiError } from "@/api/errors";

const MERGED = "ERR_307";

/** The id of the record into which the one that was asked for was merged. */
export function mergedInto(error: unknown): number | null {
  if (error === null) return null;
  const { code, detail } = asApiError(error);
  const id = code === MERGED ? /\d+$/.exec(detail)?.[0] : null;
  return id ? Number(id) : null;
}

/** Opens that record instead, where the banner says why. */
export function ToSurvivor({ id }: { id: number }) {
  return <Navigate to={`/patients/${id}`} state={{ merged: true }} replace />;
}

export function formerRecords({ formerly }: Schema["PatientOut"]): string {
  return formerly.map(({ full_name, patient_id }) => `${full_name} (${patient_id})`).join(", ");
}

/** Under which numbers and names the patient was known; and that one of these was opened. */
export function FormerRecords({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const state = useLocation().state as { merged?: boolean } | null;
  if (patient.formerly.length === 0) return null;
  return (
    <Alert color="blue" icon={<IconInfoCircle aria-hidden />} mb="md">
      {state?.merged && `${t("merging.openedFormer")} `}
      {t("merging.formerly", { records: formerRecords(patient) })}
    </Alert>
  );
}
