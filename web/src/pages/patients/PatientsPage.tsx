import { Anchor, Badge, Group, Loader, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { ageAt } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { useAreaTitle } from "@/shared/useAreaTitle";
import { calendarDate } from "@/shared/when";
import { BreakGlass } from "./BreakGlass";
import { ContactRequestsLink } from "./ContactRequestsLink";
import { ConflictsLink } from "./EmrSource";
import { NewPatient } from "./form/NewPatient";
import { formerRecords } from "./MergedInto";

type Patient = Schema["PatientOut"];

function usePatients(q: string, page: number) {
  return useQuery({
    queryKey: keys.patients.list(q, page),
    queryFn: ({ signal }) => {
      const query = { page, page_size: PAGE_SIZE };
      return q === ""
        ? unwrap(
            api.GET("/api/emr/patients/", {
              params: { query: { ...query, ordering: "patient_id" } },
              signal,
            }),
          )
        : unwrap(
            api.GET("/api/emr/patients/search/", { params: { query: { ...query, q } }, signal }),
          );
    },
    placeholderData: keepPreviousData,
  });
}

function useColumns(): Column<Patient>[] {
  const { t } = useTranslation();
  return [
    {
      key: "name",
      header: t("patients.name"),
      lead: true,
      render: (patient) => (
        <Group gap="xs">
          <Anchor component={Link} to={`/patients/${patient.id}`} fw={500}>
            {patient.full_name}
          </Anchor>
          {patient.restricted && <Badge color="orange">{t("patients.restricted")}</Badge>}
          {patient.formerly.length > 0 && (
            <Text size="xs" c="dimmed">
              {t("merging.formerly", { records: formerRecords(patient) })}
            </Text>
          )}
        </Group>
      ),
    },
    {
      key: "mrn",
      header: t("patients.mrn"),
      render: ({ patient_id }) => <span className="mono">{patient_id}</span>,
    },
    {
      key: "born",
      header: t("patients.born"),
      render: ({ birth_date }) =>
        `${calendarDate(birth_date)} (${t("common.age", { age: ageAt(birth_date, new Date()) })})`,
    },
    {
      key: "sex",
      header: t("patients.sex"),
      render: ({ gender }) => t(`common.gender.${gender}`),
    },
    { key: "phone", header: t("patients.phone"), render: ({ phone }) => phone },
  ];
}

/** Search while typing. What is typed stays in this page: not in the address, not in history. */
export default function PatientsPage() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [page, setPage] = useState(1);
  const [q] = useDebouncedValue(typed.trim(), 250);
  const patients = usePatients(q, page);
  const title = useAreaTitle("patients");
  const can = useCan();
  return (
    <>
      <PageHeader title={title}>
        <ConflictsLink />
        <ContactRequestsLink />
        {can("edit_patient") && <NewPatient />}
        {can("break_glass") && <BreakGlass />}
      </PageHeader>
      <TextInput
        type="search"
        autoComplete="off"
        label={t("patients.searchLabel")}
        placeholder={t("patients.searchHint")}
        leftSection={
          patients.isFetching ? <Loader size="xs" /> : <IconSearch size={16} aria-hidden />
        }
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setPage(1);
        }}
        maw={420}
        mb="md"
      />
      <DataTable
        label={title}
        query={patients}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={q === "" ? t("patients.empty") : t("patients.noneFound")}
        page={page}
        onPage={setPage}
      />
    </>
  );
}
