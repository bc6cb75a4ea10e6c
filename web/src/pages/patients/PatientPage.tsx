import { Badge, Group, Stack, Tabs, Text } from "@mantine/core";
import { IconClipboardList, IconLockAccess, IconScan, IconStethoscope, IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { patientQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { ageAt } from "@/shared/format";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { AccessList } from "@/shared/shares/AccessList";
import { ShareButton } from "@/shared/shares/ShareButton";
import { Treatment } from "@/shared/treatment/Treatment";
import { useIdParam } from "@/shared/useIdParam";
import { calendarDate } from "@/shared/when";
import { BreakGlass } from "./BreakGlass";
import { CareTeamLink } from "./CareTeamLink";
import { ClinicalTimeline } from "./ClinicalTimeline";
import { EmrSource } from "./EmrSource";
import { GlassBanner } from "./GlassBanner";
import { ImagingTimeline } from "./ImagingTimeline";
import { FormerRecords, mergedInto, ToSurvivor } from "./MergedInto";
import { PatientOrders } from "./PatientOrders";

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
        {(found) => <Record patient={found} />}
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
  const tabs = [
    can("view_study") && {
      key: "imaging" as const,
      icon: IconScan,
      panel: <ImagingTimeline patient={patient.id} />,
    },
    can("view_encounter") && {
      key: "timeline" as const,
      icon: IconTimeline,
      panel: <ClinicalTimeline patient={patient.id} />,
    },
    can("view_encounter") && {
      key: "treatment" as const,
      icon: IconStethoscope,
      panel: <Treatment patient={patient.id} />,
    },
    can("view_order") && {
      key: "orders" as const,
      icon: IconClipboardList,
      panel: <PatientOrders patient={patient.id} />,
    },
    can("view_access") && {
      key: "access" as const,
      icon: IconLockAccess,
      panel: <AccessList patient={patient.id} />,
    },
  ].filter((tab) => tab !== false);
  return (
    <>
      <PageHeader
        title={patient.full_name}
        tab={t("patients.page")}
        subtitle={<Facts patient={patient} />}
      >
        <CareTeamLink patient={patient.id} />
        <ShareButton
          subject={{ patient: patient.id }}
          name={`${patient.full_name} (${patient.patient_id})`}
        />
      </PageHeader>
      <FormerRecords patient={patient} />
      {patient.restricted && can("break_glass") && <GlassBanner patient={patient.id} />}
      <Tabs defaultValue={tabs[0]?.key ?? null} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map(({ key, icon: TabIcon }) => (
            <Tabs.Tab key={key} value={key} leftSection={<TabIcon size={16} aria-hidden />}>
              {t(`patients.tabs.${key}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ key, panel }) => (
          <Tabs.Panel key={key} value={key}>
            {panel}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
