import { Alert, Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { patientQuery } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { langOf } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { useRoleName } from "@/shared/roles";
import { Section } from "@/shared/Section";
import { useIdParam } from "@/shared/useIdParam";
import { dateTime } from "@/shared/when";
import { AddMember } from "./AddMember";
import { Changes } from "./Changes";
import { RemoveMember } from "./RemoveMember";

const ALL = 200;

/** Who cares for a patient, in which role and since when; what changed before. */
export default function CareTeamPage() {
  const { t } = useTranslation();
  const id = useIdParam("patientId");
  const patient = useQuery(patientQuery(id));
  return (
    <>
      <PageHeader
        title={t("careTeam.title")}
        subtitle={
          patient.data && (
            <Anchor component={Link} to={`/patients/${id}`} size="sm">
              {`${patient.data.full_name} (${patient.data.patient_id})`}
            </Anchor>
          )
        }
      />
      <QueryView query={patient} rows={6}>
        {(found) => <Team key={found.id} patient={found} />}
      </QueryView>
    </>
  );
}

function Team({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const { id: user } = useUser();
  const team = useQuery({
    queryKey: keys.careTeams.of(patient.id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/care-teams/", {
          params: { query: { patient: patient.id, page_size: ALL } },
          signal,
        }),
      ),
  });
  const member = team.data?.results.some((each) => each.user.id === user) ?? false;
  const may = can("edit_patient") && (!patient.restricted || member);
  return (
    <Stack>
      {patient.restricted && (
        <Alert color="orange" icon={<IconLock aria-hidden />} title={t("careTeam.restricted")}>
          {t("careTeam.restrictedHint")}
        </Alert>
      )}
      <Section title={t("careTeam.members")} action={may && <AddMember patient={patient.id} />}>
        <QueryView query={team} empty={t("careTeam.nobody")} isEmpty={({ count }) => count === 0}>
          {({ results }) => (
            <Stack gap="sm" role="list" aria-label={t("careTeam.members")}>
              {results.map((each) => (
                <Member key={each.id} member={each} may={may} />
              ))}
            </Stack>
          )}
        </QueryView>
      </Section>
      <Changes patient={patient.id} />
    </Stack>
  );
}

function Member({ member, may }: { member: Schema["CareMemberOut"]; may: boolean }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const [removing, setRemoving] = useState(false);
  const { user, role, since, added_by, reason } = member;
  const name = user.full_name || user.username;
  const added = added_by && t("careTeam.addedBy", { name: added_by.full_name || added_by.username });
  return (
    <Group justify="space-between" align="flex-start" role="listitem">
      <Stack gap={0} miw={0}>
        <Group gap="xs">
          <Text size="sm" fw={500}>{`${name} (${roleName(user.role)})`}</Text>
          {role && <Badge color="teal">{t(`careTeam.roles.${role}`)}</Badge>}
        </Group>
        <Text size="sm" lang={langOf(reason)}>
          {[added, reason].filter(Boolean).join(" · ")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("shares.since", { since: dateTime(since) })}
        </Text>
      </Stack>
      {may && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t("careTeam.removeOf", { name })}
          onClick={() => {
            setRemoving(true);
          }}
        >
          {t("careTeam.remove")}
        </Button>
      )}
      {removing && (
        <RemoveMember
          member={member}
          onClose={() => {
            setRemoving(false);
          }}
        />
      )}
    </Group>
  );
}
