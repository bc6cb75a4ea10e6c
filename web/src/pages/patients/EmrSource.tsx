import { Badge, Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { conflictsQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { useIdParam } from "@/shared/useIdParam";
import { dateTime } from "@/shared/when";
import { OpenemrRows } from "./OpenemrRows";

const FIRST_LOOK_MS = 1500;
/** Each look is in the audit record. */
const MOST_LOOKS = 10;

/** Until the rows of the record have come for the first time, the patient is read again a few times. */
function useFirstRecords(patient: number, isComing: boolean) {
  const client = useQueryClient();
  useEffect(() => {
    if (!isComing) return;
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      if (looks === MOST_LOOKS) clearInterval(timer);
      void client.invalidateQueries({ queryKey: keys.patients.one(patient), exact: true });
    }, FIRST_LOOK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [client, patient, isComing]);
}

/** Since when the patient is known to be the same in the hospital's EMR, or since when it is down. */
export function EmrSource({ source }: { source: Schema["EmrSourceOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const patient = useIdParam("patientId");
  const { name, synced_at, records_synced_at, stale, down_since } = source;
  useFirstRecords(patient, records_synced_at === null && down_since === null);
  return (
    <>
      <Text span size="sm" c="dimmed">
        {synced_at === null
          ? t("openemr.never", { name })
          : t("openemr.since", { name, at: dateTime(synced_at) })}
      </Text>
      {stale && <Badge color="gray">{t("openemr.stale")}</Badge>}
      {down_since !== null && (
        <Badge color="orange" role="status">
          {t("openemr.down", { name, at: dateTime(down_since) })}
        </Badge>
      )}
      {can("view_encounter") && <OpenemrRows patient={patient} />}
    </>
  );
}

/** The way to the conflicts, when there are any. */
export function ConflictsLink() {
  const { t } = useTranslation();
  const can = useCan();
  const conflicts = useQuery({ ...conflictsQuery, enabled: can("edit_patient") });
  if (!conflicts.data?.count) return null;
  return (
    <Button component={Link} to="/patients/conflicts" variant="light" color="orange">
      {t("openemr.open", { count: conflicts.data.count })}
    </Button>
  );
}
