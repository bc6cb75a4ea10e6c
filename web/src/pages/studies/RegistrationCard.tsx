import { Alert, Group, List, Progress, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { RegistrationDecision } from "./RegistrationDecision";
import { knownReasons, movingName, type Registration } from "./registrations";

/** How far a registration is; its error and, once it waits for a person, the decision. */
export function RegistrationCard({ registration }: { registration: Registration }) {
  const { t } = useTranslation();
  const can = useCan();
  const { status, progress } = registration;
  const unnamed = t("registrations.unnamed");
  const pair = t("registrations.pair", {
    moving: movingName(registration, unnamed),
    fixed: registration.fixed_description || unnamed,
  });
  const percent = Math.round(progress * 100);
  return (
    <Stack gap="xs" role="group" aria-label={pair}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={500}>
          {pair}
        </Text>
        <StatusBadge kind="registration" value={status} />
      </Group>
      <Text size="xs" c="dimmed">
        {t("registrations.requestedBy", {
          name: registration.requested_by,
          at: dateTime(registration.created_at),
        })}
      </Text>
      {status === "running" && (
        <Progress.Root size="lg">
          <Progress.Section value={percent} aria-label={t("registrations.progress", { percent })} />
        </Progress.Root>
      )}
      {status === "failed" && (
        <Text size="sm" c="red">
          {[registration.error_message, registration.error_detail].filter(Boolean).join(" ")}
        </Text>
      )}
      <Quality registration={registration} />
      {status === "done" && can("review_ai") && (
        <RegistrationDecision registration={registration} />
      )}
      <Decided registration={registration} />
    </Stack>
  );
}

function Quality({ registration: { error_mm: mm, flagged, reasons } }: { registration: Registration }) {
  const { t } = useTranslation();
  if (mm === null) return null;
  return (
    <>
      <Text size="sm" title={t("registrations.errorHint")}>
        {t("registrations.error", { mm })}
      </Text>
      {flagged && (
        <Alert
          color="orange"
          icon={<IconAlertTriangle aria-hidden />}
          title={t("registrations.flagged")}
        >
          <List size="sm">
            {knownReasons(reasons).map((reason) => (
              <List.Item key={reason}>{t(`registrations.reasons.${reason}`)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}

function Decided({ registration }: { registration: Registration }) {
  const { t } = useTranslation();
  const { status, decided_by: name, decided_at, decision_reason: reason } = registration;
  if (!decided_at) return null;
  const accepted = status === "accepted";
  const by = { name: name ?? "", at: dateTime(decided_at) };
  return (
    <>
      <Text size="sm">
        {t(accepted ? "registrations.acceptedBy" : "registrations.rejectedBy", by)}
        {reason && ` · ${reason}`}
      </Text>
      {accepted && (
        <Text size="sm" c="dimmed" role="status">
          {t(registration.stored_at ? "registrations.stored" : "registrations.storing")}
        </Text>
      )}
    </>
  );
}
