import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { sharesQuery, type ShareFilters } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { EndShare } from "./EndShare";
import { useStudyName } from "./useStudyName";

type Share = Schema["ShareOut"];

/** Shares that one gave or received: what, with or by whom, until when. */
export function ShareList({ filters }: { filters: ShareFilters }) {
  const { t } = useTranslation();
  const shares = useQuery(sharesQuery(filters));
  return (
    <QueryView query={shares} empty={t("shares.none")} isEmpty={({ count }) => count === 0}>
      {({ count, results }) => (
        <Stack gap="sm" role="list" aria-label={t("shares.title")}>
          {results.map((share) => (
            <Entry key={share.id} share={share} />
          ))}
          {count > results.length && (
            <Text size="sm" c="dimmed">
              {t("dashboard.more", { count: count - results.length })}
            </Text>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Entry({ share }: { share: Share }) {
  const { t } = useTranslation();
  const { id, side, grantee, granted_by, reason, expires_at, revoked_at } = share;
  const over = revoked_at !== null || new Date(expires_at) <= new Date();
  const other = side === "given" ? grantee : granted_by;
  const name = other.full_name || other.username;
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start" role="listitem">
      <Stack gap={0} miw={0}>
        <Subject share={share} />
        <Text size="sm">
          {[t(`shares.${side}`, { name }), reason].filter(Boolean).join(" · ")}
        </Text>
        <Text size="xs" c="dimmed">
          {revoked_at
            ? t("shares.revoked", { at: dateTime(revoked_at) })
            : t("shares.until", { at: dateTime(expires_at) })}
        </Text>
      </Stack>
      {side === "given" && !over && <EndShare id={id} />}
    </Group>
  );
}

/** The patient, and the study where only that is shared; without names once they are hidden. */
function Subject({ share: { patient, study, whole_patient } }: { share: Share }) {
  const { t } = useTranslation();
  const studyName = useStudyName();
  if (!patient) {
    return <Text size="sm">{t(whole_patient ? "shares.hiddenPatient" : "shares.hiddenStudy")}</Text>;
  }
  const who = `${patient.full_name} (${patient.patient_id})`;
  return (
    <Anchor
      component={Link}
      to={study ? `/studies/${study.study_instance_uid}` : `/patients/${patient.id}`}
      size="sm"
    >
      {study ? `${who} · ${studyName(study)}` : `${who} · ${t("shares.wholeRecord")}`}
    </Anchor>
  );
}
