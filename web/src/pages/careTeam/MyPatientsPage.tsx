import { Anchor, Badge, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { ageAt } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { dateTime } from "@/shared/when";

/** The patients in whose care team the person is. */
export default function MyPatientsPage() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const mine = useQuery({
    queryKey: keys.careTeams.mine(page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/care-teams/", {
          params: { query: { mine: true, page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
  });
  return (
    <>
      <PageHeader title={t("careTeam.mine")} subtitle={t("careTeam.mineHint")} />
      <DataTable
        label={t("careTeam.mine")}
        query={mine}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("careTeam.noPatients")}
        page={page}
        onPage={setPage}
      />
    </>
  );
}

function useColumns(): Column<Schema["CareMemberOut"]>[] {
  const { t } = useTranslation();
  return [
    {
      key: "name",
      header: t("patients.name"),
      lead: true,
      render: ({ patient }) => (
        <Group gap="xs">
          <Anchor component={Link} to={`/patients/${patient.id}`} fw={500}>
            {patient.full_name}
          </Anchor>
          {patient.restricted && <Badge color="orange">{t("patients.restricted")}</Badge>}
        </Group>
      ),
    },
    {
      key: "mrn",
      header: t("patients.mrn"),
      render: ({ patient }) => <span className="mono">{patient.patient_id}</span>,
    },
    {
      key: "age",
      header: t("careTeam.age"),
      render: ({ patient }) =>
        `${t("common.age", { age: ageAt(patient.birth_date, new Date()) })} · ${t(`common.gender.${patient.gender}`)}`,
    },
    {
      key: "role",
      header: t("careTeam.role"),
      render: ({ role }) => (role ? t(`careTeam.roles.${role}`) : t("common.unknown")),
    },
    { key: "since", header: t("careTeam.since"), render: ({ since }) => dateTime(since) },
    {
      key: "team",
      header: t("careTeam.title"),
      render: ({ patient }) => (
        <Anchor
          component={Link}
          to={`/patients/${patient.id}/care-team`}
          size="sm"
          aria-label={`${t("careTeam.open")}: ${patient.full_name}`}
        >
          {t("careTeam.open")}
        </Anchor>
      ),
    },
  ];
}
