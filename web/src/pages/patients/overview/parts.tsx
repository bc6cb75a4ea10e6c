import { Anchor, Badge, Group, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { useJobLine } from "@/shared/ai/useJobLine";
import { useRoleName } from "@/shared/roles";
import { Section } from "@/shared/Section";
import { calendarDate, dateTime } from "@/shared/when";
import { LabFlag } from "@/shared/lab/LabFlag";
import { unitText } from "@/shared/units";
import type { PanelKey } from "@/shared/chart/panel";
import { useMeasureName, VitalValue } from "@/shared/vitals/measures";

type Summary = Schema["PatientSummaryOut"];
type Rows<K extends keyof Summary> = NonNullable<Summary[K]>;

interface PartProps {
  title: string;
  tab: PanelKey;
  empty: string;
  rows: readonly unknown[];
  children: ReactNode;
}

/** A part of the overview, with the way to all of it. */
export function Part({ title, tab, empty, rows, children }: PartProps) {
  const { t } = useTranslation();
  return (
    <Section
      title={title}
      action={
        <Anchor component={Link} to={`?tab=${tab}`} size="sm" aria-label={t("chart.overview.more", { title })}>
          {t("chart.overview.all")}
        </Anchor>
      }
    >
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <Stack gap={6}>{children}</Stack>
      )}
    </Section>
  );
}

function Line({ what, rest }: { what: string; rest: (string | null | undefined | false)[] }) {
  return (
    <div>
      <Text size="sm" fw={500} component="span">
        {what}
      </Text>
      <Text size="xs" c="dimmed">
        {rest.filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}

export function Problems({ rows }: { rows: Rows<"problems"> }) {
  const { t } = useTranslation();
  return (
    <Part title={t("chart.overview.problems")} tab="problems" empty={t("chart.overview.noProblems")} rows={rows}>
      {rows.map(({ id, text, code, code_system, onset_date }) => (
        <Line
          key={id}
          what={text}
          rest={[
            [code_system, code].filter(Boolean).join(" "),
            onset_date && t("chart.problems.since", { day: calendarDate(onset_date) }),
          ]}
        />
      ))}
    </Part>
  );
}

export function Medication({ rows }: { rows: Rows<"medication"> }) {
  const { t } = useTranslation();
  return (
    <Part
      title={t("chart.overview.medication")}
      tab="medication"
      empty={t("chart.overview.noMedication")}
      rows={rows}
    >
      {rows.map(({ id, drug, dose, frequency, ends_at, warnings }) => (
        <Group key={id} justify="space-between" wrap="nowrap" align="flex-start">
          <Line what={drug} rest={[dose, frequency, ends_at && t("chart.medication.until", { at: dateTime(ends_at) })]} />
          {warnings.length > 0 && <Badge color="orange">{t("chart.medication.warned")}</Badge>}
        </Group>
      ))}
    </Part>
  );
}

export function LatestVitals({ rows }: { rows: Rows<"vitals"> }) {
  const { t } = useTranslation();
  const nameOf = useMeasureName();
  return (
    <Part title={t("chart.overview.vitals")} tab="vitals" empty={t("chart.vitals.empty")} rows={rows}>
      <Table aria-label={t("chart.overview.vitals")} verticalSpacing={4}>
        <Table.Tbody>
          {rows.map(({ measure, value, unit, flag, at }) => (
            <Table.Tr key={measure}>
              <Table.Th scope="row" fw={400}>
                {nameOf(measure)}
              </Table.Th>
              <Table.Td>
                <VitalValue value={value} unit={unit} flag={flag} />
              </Table.Td>
              <Table.Td>
                <Text size="xs" c="dimmed">
                  {dateTime(at)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Part>
  );
}

export function Flagged({ rows }: { rows: Rows<"flagged"> }) {
  const { t } = useTranslation();
  return (
    <Part
      title={t("chart.overview.flagged")}
      tab="laboratory"
      empty={t("chart.overview.noFlagged")}
      rows={rows}
    >
      {rows.map(({ id, name, text, unit, flag, at }) => (
        <Group key={id} gap="xs" wrap="nowrap" justify="space-between">
          <Text size="sm">
            {`${name[currentLanguage()]} `}
            <b>{`${text} ${unitText(unit)}`}</b>
          </Text>
          <Group gap="xs" wrap="nowrap">
            <LabFlag flag={flag} />
            <Text size="xs" c="dimmed">
              {dateTime(at)}
            </Text>
          </Group>
        </Group>
      ))}
    </Part>
  );
}

export function AiWaiting({ jobs }: { jobs: Rows<"ai_waiting"> }) {
  const { t } = useTranslation();
  const line = useJobLine();
  return (
    <Part title={t("ai.queue")} tab="imaging" empty={t("ai.queueEmpty")} rows={jobs}>
      {jobs.map((job) => (
        <Anchor key={job.id} component={Link} to={`/ai/review/${job.id}`} size="sm">
          {line(job)}
        </Anchor>
      ))}
    </Part>
  );
}

export function LastEncounter({ encounter }: { encounter: Summary["encounter"] }) {
  const { t } = useTranslation();
  return (
    <Part
      title={t("chart.overview.encounter")}
      tab="encounters"
      empty={t("chart.encounters.empty")}
      rows={encounter ? [encounter] : []}
    >
      {encounter && (
        <Line
          what={[t(`patients.encounterKind.${encounter.kind}`), encounter.reason].filter(Boolean).join(" · ")}
          rest={[dateTime(encounter.started_at), encounter.location, encounter.clinician_name]}
        />
      )}
    </Part>
  );
}

export function CareTeam({ members }: { members: Rows<"care_team"> }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return (
    <Section title={t("chart.overview.careTeam")}>
      <Stack gap={4}>
        {members.map(({ id, full_name, username, role }) => (
          <Text key={id} size="sm">
            {`${full_name || username} · ${roleName(role)}`}
          </Text>
        ))}
      </Stack>
    </Section>
  );
}
