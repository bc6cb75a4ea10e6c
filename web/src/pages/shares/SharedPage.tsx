import { Anchor, Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { sharesQuery, studiesQuery } from "@/api/queries";
import { langOf } from "@/shared/format";
import { useRoleName } from "@/shared/roles";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { StudyCard } from "@/shared/StudyCard";
import { useStudyName } from "@/shared/shares/useStudyName";
import { dateTime } from "@/shared/when";
import { daysLeft } from "./daysLeft";

const ALL = 200;
const SOON_DAYS = 3;

/** What was shared with a guest, by whom and until when; what ended is not there. */
export default function SharedPage() {
  const { t } = useTranslation();
  const shares = useQuery(
    sharesQuery({ side: "received", active: true, ordering: "expires_at", page_size: ALL }),
  );
  return (
    <>
      <PageHeader title={t("shares.sharedTitle")} subtitle={t("shares.sharedHint")} />
      <QueryView query={shares} empty={t("shares.sharedNone")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack role="list" aria-label={t("shares.sharedTitle")}>
            {results.map((share) => (
              <div key={share.id} role="listitem">
                <Item share={share} />
              </div>
            ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}

function Item({ share }: { share: Schema["ShareOut"] }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const studyName = useStudyName();
  const { patient, study, granted_by, reason, expires_at, whole_patient } = share;
  const left = daysLeft(expires_at, new Date());
  const giver = `${granted_by.full_name || granted_by.username} (${roleName(granted_by.role)})`;
  const what = study ? studyName(study) : t("shares.wholeRecord");
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2} size="h5">
          {patient ? `${patient.full_name} (${patient.patient_id})` : t("shares.hiddenPatient")}
        </Title>
        <Badge color={left <= SOON_DAYS ? "orange" : "teal"} style={{ flexShrink: 0 }}>
          {t("shares.daysLeft", { count: left })}
        </Badge>
      </Group>
      <Stack gap="xs">
        <Text size="sm" fw={500} lang={langOf(what)}>
          {what}
        </Text>
        <Text size="sm" lang={langOf(reason)}>
          {[t("shares.received", { name: giver }), reason].filter(Boolean).join(" · ")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("shares.fromUntil", { since: dateTime(share.created_at), until: dateTime(expires_at) })}
        </Text>
        {study && (
          <Group>
            <Button component={Link} to={`/studies/${study.study_instance_uid}`} size="compact-md">
              {t("shares.openStudy")}
            </Button>
          </Group>
        )}
        {patient && whole_patient && <PatientStudies patient={patient.id} />}
      </Stack>
    </Paper>
  );
}

function PatientStudies({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const studies = useQuery(studiesQuery({ patient, ordering: "-study_date", page_size: 20 }));
  return (
    <>
      <Anchor component={Link} to={`/patients/${patient}`} size="sm">
        {t("shares.openRecord")}
      </Anchor>
      <QueryView query={studies} empty={t("patients.noStudies")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack gap="xs">
            {results.map((study) => (
              <StudyCard key={study.study_instance_uid} study={study} />
            ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}
