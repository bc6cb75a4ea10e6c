import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { accessQuery } from "@/api/queries";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { useRoleName } from "@/shared/roles";
import { dateTime } from "@/shared/when";
import { EndShare } from "./EndShare";
import { useStudyName } from "./useStudyName";

const COLORS = { care_team: "teal", share: "blue", order: "cyan", break_glass: "red" } as const;

/** Whose orders a role works. */
const DEPARTMENTS: Partial<Record<string, "RIS" | "LIS">> = { rib: "RIS", lab: "LIS" };

/** Who sees a patient by something else than the role: on which basis and until when. */
export function AccessList({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const access = useQuery(accessQuery(patient));
  return (
    <QueryView query={access} empty={t("shares.noAccess")} isEmpty={(all) => all.length === 0}>
      {(all) => (
        <Stack gap="sm" role="list" aria-label={t("shares.access")}>
          {all.map((entry, row) => (
            <Entry key={row} entry={entry} />
          ))}
        </Stack>
      )}
    </QueryView>
  );
}

function Entry({ entry }: { entry: Schema["AccessOut"] }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const departmentName = (of: string) => {
    const department = DEPARTMENTS[of];
    return department ? t(`status.jobRole.${department}`) : roleName(of);
  };
  const studyName = useStudyName();
  const jobTypeName = useJobTypeName();
  const { basis, person, role, by, study, order, share, reason, since, until } = entry;
  const who = person
    ? `${person.full_name || person.username} (${roleName(person.role)})`
    : t("shares.everybodyOf", { department: departmentName(role ?? "") });
  const about = [
    study && studyName(study),
    order && `${jobTypeName(order.job_type)} · ${order.accession_number}`,
    by && t("shares.by", { name: by.full_name || by.username }),
    reason,
  ];
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start" role="listitem">
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={500}>
          {who}
        </Text>
        <Text size="sm">{about.filter(Boolean).join(" · ")}</Text>
        <Text size="xs" c="dimmed">
          {until
            ? t("shares.fromUntil", { since: dateTime(since), until: dateTime(until) })
            : t("shares.since", { since: dateTime(since) })}
        </Text>
      </Stack>
      <Stack gap={4} align="flex-end" style={{ flexShrink: 0 }}>
        <Badge color={COLORS[basis]}>{t(`shares.basis.${basis}`)}</Badge>
        {share !== null && <EndShare id={share} />}
      </Stack>
    </Group>
  );
}
