import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { sharesQuery, type ShareFilters } from "@/api/queries";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";
import { dateTime } from "@/shared/when";
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
  const { side, grantee, granted_by, reason, expires_at, revoked_at } = share;
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
      <EndShare share={share} />
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

function EndShare({ share: { id, side, expires_at, revoked_at } }: { share: Share }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/shares/{share_id}/", { params: { path: { share_id: id } } })),
    onSuccess: async () => {
      showSuccess(t("shares.ended"));
      await client.invalidateQueries({ queryKey: keys.shares.all });
      await client.invalidateQueries({ queryKey: keys.patients.all });
    },
  });
  const over = revoked_at !== null || new Date(expires_at) <= new Date();
  if (side !== "given" || over || !can("share_patient")) return null;
  return (
    <Button
      size="compact-sm"
      variant="light"
      color="red.9"
      style={{ flexShrink: 0 }}
      loading={ending.isPending}
      onClick={() => {
        ending.mutate();
      }}
    >
      {t("shares.end")}
    </Button>
  );
}
