import { Badge, Group, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE } from "@/shared/DataTable";
import { langOf } from "@/shared/format";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";

/** Who came into the team and who left it, by whom and why. */
export function Changes({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const changes = useQuery({
    queryKey: keys.careTeams.history(patient, page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/patients/{id}/care-team/history/", {
          params: { path: { id: patient }, query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title={t("careTeam.history")}>
      <DataTable
        label={t("careTeam.historyTable")}
        query={changes}
        rowKey={({ at, person, action }) => `${at} ${action} ${person?.id ?? ""}`}
        empty={t("careTeam.noChanges")}
        page={page}
        onPage={setPage}
        columns={[
          {
            key: "who",
            header: t("careTeam.person"),
            lead: true,
            render: ({ person, action, role }) => (
              <Group gap="xs">
                <Badge color={action === "delete" ? "gray" : "teal"}>
                  {t(action === "delete" ? "careTeam.wasRemoved" : "careTeam.wasAdded")}
                </Badge>
                <Stack gap={0}>
                  <Text size="sm">{person?.full_name || person?.username || t("common.unknown")}</Text>
                  {role && <Text size="xs">{t(`careTeam.roles.${role}`)}</Text>}
                </Stack>
              </Group>
            ),
          },
          {
            key: "by",
            header: t("careTeam.by"),
            render: ({ by }) => by?.full_name || by?.username || t("common.unknown"),
          },
          { key: "reason", header: t("careTeam.reason"), render: ({ reason }) => <span lang={langOf(reason)}>{reason}</span> },
          { key: "at", header: t("careTeam.at"), render: ({ at }) => dateTime(at) },
        ]}
      />
    </Section>
  );
}
