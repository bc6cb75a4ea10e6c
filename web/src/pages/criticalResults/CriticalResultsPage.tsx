import { Anchor, Group, Pagination, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { CriticalCard } from "@/shared/criticals/CriticalCard";
import { PAGE_SIZE } from "@/shared/DataTable";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";

const REFRESH_MS = 30_000;
type Critical = Schema["CriticalReportOut"];

/** Critical results of imaging: those that wait to be read back, and those that are done. */
export default function CriticalResultsPage() {
  const { t } = useTranslation();
  const [{ open, page }, show] = useState({ open: true, page: 1 });
  const query = { open, page, ordering: open ? "at" : "-at" };
  const criticals = useQuery({
    queryKey: keys.criticalResults.list(query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ris/critical/", { params: { query }, signal })),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Stack>
      <PageHeader title={t("criticalResults.title")} subtitle={t("criticalResults.hint")} />
      <SegmentedControl
        size="xs"
        style={{ alignSelf: "flex-start" }}
        aria-label={t("criticalResults.shown")}
        value={String(open)}
        onChange={(value) => {
          show({ open: value === "true", page: 1 });
        }}
        data={[
          { value: "true", label: t("lab.critical.open") },
          { value: "false", label: t("lab.critical.closed") },
        ]}
      />
      <QueryView
        query={criticals}
        empty={t(open ? "criticalResults.none" : "criticalResults.noneClosed")}
        isEmpty={({ results }) => results.length === 0}
      >
        {({ results, count }) => (
          <Stack>
            {results.map((critical) => (
              <Card key={critical.id} critical={critical} />
            ))}
            {count > PAGE_SIZE && (
              <Pagination
                total={Math.ceil(count / PAGE_SIZE)}
                value={page}
                onChange={(next) => {
                  show({ open, page: next });
                }}
                size="sm"
              />
            )}
          </Stack>
        )}
      </QueryView>
    </Stack>
  );
}

function Card({ critical }: { critical: Critical }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { id, patient, category, note, by, at, to_tell, escalations, study_instance_uid } = critical;
  const turn = Math.max(0, ...escalations.map((each) => each.turn));
  return (
    <CriticalCard
      critical={critical}
      title={t(`criticalResults.category.${category}`)}
      mark={note && <Text size="sm">{note}</Text>}
      onCall={(body) =>
        unwrap(
          api.POST("/api/ris/critical/{critical_report_id}/attempts/", {
            params: { path: { critical_report_id: id } },
            body,
          }),
        )
      }
      onDone={() => void client.invalidateQueries({ queryKey: keys.criticalResults.all })}
    >
      <Group gap="sm">
        <Anchor component={Link} to={`/studies/${study_instance_uid}`} size="sm">
          {`${patient.full_name} · ${patient.patient_id}`}
        </Anchor>
        <Text size="sm">{t("criticalResults.flagged", { at: dateTime(at), name: by.full_name })}</Text>
      </Group>
      <Text size="sm">
        {to_tell
          ? t("criticalResults.toTell", { name: to_tell.full_name || to_tell.username })
          : t("criticalResults.toTellTeam")}
        {turn > 0 && ` · ${t("criticalResults.turn", { turn })}`}
      </Text>
    </CriticalCard>
  );
}
