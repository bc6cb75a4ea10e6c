import { Badge, Group, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { patientQuery } from "@/api/queries";
import { useCan, useIsStaff } from "@/session/react";
import { ChartCards } from "@/shared/cds/ChartCards";
import { ageAt } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { PageLoader } from "@/shared/PageLoader";
import { QueryView } from "@/shared/QueryView";
import { ShareButton } from "@/shared/shares/ShareButton";
import { useIdParam } from "@/shared/useIdParam";
import { calendarDate } from "@/shared/when";
import { BreakGlass } from "./BreakGlass";
import { CareTeamLink } from "./CareTeamLink";
import { EmrSource } from "./EmrSource";
import { EditPatient } from "./form/EditPatient";
import { GlassBanner } from "./GlassBanner";
import { FormerRecords, mergedInto, ToSurvivor } from "./MergedInto";
import { chosenTab, TABS } from "./tabs";

export default function PatientPage() {
  const { t } = useTranslation();
  const can = useCan();
  const id = useIdParam("patientId");
  const patient = useQuery(patientQuery(id));
  const hidden = patient.isError && asApiError(patient.error).status === 404;
  const survivor = mergedInto(patient.error);
  if (survivor !== null) return <ToSurvivor id={survivor} />;
  return (
    <>
      {!patient.data && <PageHeader title={t("patients.page")} />}
      <QueryView query={patient} rows={6}>
        {(found) => <Record key={found.id} patient={found} />}
      </QueryView>
      {hidden && can("break_glass") && (
        <Stack align="flex-start" mt="md">
          <Text size="sm">{t("patients.glassOffer")}</Text>
          <BreakGlass />
        </Stack>
      )}
    </>
  );
}

function Facts({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const { patient_id, birth_date, gender, phone, restricted, emr_source } = patient;
  return (
    <Group gap="sm">
      <Text span size="sm" className="mono">
        {patient_id}
      </Text>
      <Text span size="sm">
        {`${t(`common.gender.${gender}`)} · ${calendarDate(birth_date)} (${t("common.age", { age: ageAt(birth_date, new Date()) })})`}
      </Text>
      {phone && (
        <Text span size="sm">
          {phone}
        </Text>
      )}
      {restricted && <Badge color="orange">{t("patients.restricted")}</Badge>}
      {emr_source && <EmrSource source={emr_source} />}
    </Group>
  );
}

function Record({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const isStaff = useIsStaff();
  const [search, setSearch] = useSearchParams();
  const tabs = TABS.filter(({ needs }) => can(needs));
  const open = chosenTab(search.get("tab"), tabs);
  return (
    <>
      <PageHeader
        title={patient.full_name}
        tab={t("patients.page")}
        subtitle={<Facts patient={patient} />}
      >
        <CareTeamLink patient={patient.id} />
        {can("edit_patient") && <EditPatient patient={patient} />}
        <ShareButton
          subject={{ patient: patient.id }}
          name={`${patient.full_name} (${patient.patient_id})`}
        />
      </PageHeader>
      <FormerRecords patient={patient} />
      {patient.restricted && can("break_glass") && <GlassBanner patient={patient.id} />}
      {isStaff && <ChartCards patient={patient.id} />}
      <Tabs
        mt="sm"
        value={open}
        keepMounted={false}
        onChange={(tab) => {
          setSearch(tab ? { tab } : {});
        }}
      >
        <Tabs.List mb="md">
          {tabs.map(({ key, icon: TabIcon }) => (
            <Tabs.Tab key={key} value={key} px="sm" leftSection={<TabIcon size={16} aria-hidden />}>
              {t(`patients.tabs.${key}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ key, Panel }) => (
          <Tabs.Panel key={key} value={key}>
            <Suspense fallback={<PageLoader />}>
              <Panel patient={patient} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
