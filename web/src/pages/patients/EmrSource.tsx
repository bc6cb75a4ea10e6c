import { Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { conflictsQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { dateTime } from "@/shared/when";

/** Since when the patient is known to be the same in the hospital's EMR. */
export function EmrSource({ source }: { source: Schema["EmrSourceOut"] }) {
  const { t } = useTranslation();
  const { name, synced_at, stale } = source;
  return (
    <>
      <Text span size="sm" c="dimmed">
        {synced_at === null
          ? t("openemr.never", { name })
          : t("openemr.since", { name, at: dateTime(synced_at) })}
      </Text>
      {stale && <Badge color="gray">{t("openemr.stale")}</Badge>}
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
