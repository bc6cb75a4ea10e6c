import { Alert, Anchor, Badge, Group, List, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconHelpCircle, IconUrgent } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { OrderLine } from "@/shared/OrderLine";
import { QueryView } from "@/shared/QueryView";
import { unitText } from "@/shared/units";
import { dateTime } from "@/shared/when";
import { summaryQuery } from "@/shared/chart/api";
import type { PanelProps } from "@/shared/chart/panel";
import { AiWaiting, CareTeam, Flagged, LastEncounter, LatestVitals, Medication, Part, Problems } from "./parts";

type Summary = Schema["PatientSummaryOut"];

/** What a doctor looks at first; a part that the person has no right to is not there. */
export default function OverviewTab({ patient }: PanelProps) {
  const summary = useQuery(summaryQuery(patient.id));
  return (
    <QueryView query={summary} rows={8}>
      {(found) => (
        <Stack>
          <Criticals rows={found.criticals} />
          {found.allergies && <Allergies known={found.allergies} />}
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            {found.problems && <Problems rows={found.problems} />}
            {found.medication && <Medication rows={found.medication} />}
            {found.vitals && <LatestVitals rows={found.vitals} />}
            {found.flagged && <Flagged rows={found.flagged} />}
            {found.orders && <OpenOrders rows={found.orders} />}
            {found.ai_waiting && <AiWaiting jobs={found.ai_waiting} />}
            {found.allergies && <LastEncounter encounter={found.encounter} />}
            {found.care_team && found.care_team.length > 0 && <CareTeam members={found.care_team} />}
          </SimpleGrid>
          <Identity patient={patient} />
        </Stack>
      )}
    </QueryView>
  );
}

function Criticals({ rows }: { rows: Summary["criticals"] }) {
  const { t } = useTranslation();
  if (!rows || rows.length === 0) return null;
  return (
    <Alert color="red" role="alert" icon={<IconUrgent aria-hidden />} title={t("lab.pages.criticals")}>
      <Stack gap={4}>
        {rows.map(({ id, name, value, unit, flag, at }) => (
          <Text key={id} size="sm" fw={600}>
            {`${name[currentLanguage()]} ${value} ${unitText(unit)} (${t(`chart.laboratory.flag.${flag}`)}) · ${dateTime(at)}`}
          </Text>
        ))}
        <Anchor component={Link} to="/lab/critical" size="sm">
          {t("chart.overview.toCriticals")}
        </Anchor>
      </Stack>
    </Alert>
  );
}

/** Known allergies stand out; that there are none, and that nobody asked, are two things. */
function Allergies({ known: { state, active } }: { known: NonNullable<Summary["allergies"]> }) {
  const { t } = useTranslation();
  if (state !== "recorded") {
    const asked = state === "none_known";
    return (
      <Alert
        color={asked ? "teal" : "yellow"}
        icon={asked ? <IconCircleCheck aria-hidden /> : <IconHelpCircle aria-hidden />}
        title={t(`chart.overview.allergies.${state}`)}
      >
        {!asked && (
          <Anchor component={Link} to="?tab=problems" size="sm">
            {t("chart.overview.toAllergies")}
          </Anchor>
        )}
      </Alert>
    );
  }
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t("chart.overview.allergies.recorded")}>
      <List size="sm" spacing={2}>
        {active.map(({ id, substance, reaction, severity, category }) => (
          <List.Item key={id}>
            <Group gap="xs">
              <Text span size="sm" fw={700}>
                {substance}
              </Text>
              {severity && (
                <Badge color={severity === "severe" ? "red" : "orange"}>{t(`chart.severity.${severity}`)}</Badge>
              )}
              <Text span size="sm">
                {[t(`chart.category.${category}`), reaction].filter(Boolean).join(" · ")}
              </Text>
            </Group>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function OpenOrders({ rows }: { rows: NonNullable<Summary["orders"]> }) {
  const { t } = useTranslation();
  return (
    <Part title={t("chart.overview.orders")} tab="orders" empty={t("chart.overview.noOrders")} rows={rows}>
      {rows.map((order) => (
        <Anchor key={order.id} component={Link} to={`/orders?order=${order.id}`} c="inherit" underline="never">
          <OrderLine order={order} />
        </Anchor>
      ))}
    </Part>
  );
}

function Identity({ patient }: PanelProps) {
  const { t } = useTranslation();
  if (!patient.address) return null;
  return (
    <Text size="sm" c="dimmed">
      {`${t("chart.patient.address")}: ${patient.address}`}
    </Text>
  );
}
