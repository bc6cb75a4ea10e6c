import { SimpleGrid, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { ownPatientQuery } from "@/api/queries";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { AccessList } from "@/shared/shares/AccessList";
import { calendarDate } from "@/shared/when";
import { Contact } from "./Contact";
import { Documents } from "./Documents";
import { Images } from "./Images";
import { AllergySection, MedicineSection, VisitSection } from "./Overview";
import { Readers } from "./Readers";
import { Reports } from "./Reports";
import { Results } from "./Results";
import classes from "./Portal.module.css";

const PARTS = ["overview", "results", "images", "documents", "readers", "shares", "contact"] as const;
type Part = (typeof PARTS)[number];

/** For patients: their own record, in plain words. */
export default function MyRecordPage() {
  const { t } = useTranslation();
  const own = useQuery(ownPatientQuery);
  return (
    <QueryView query={own} rows={6}>
      {({ results: [patient] }) =>
        patient ? (
          <Record patient={patient} />
        ) : (
          <PageHeader title={t("portal.title")} subtitle={t("portal.noRecord")} />
        )
      }
    </QueryView>
  );
}

function Record({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const panels: Record<Part, ReactNode> = {
    overview: <Overview patient={patient.id} />,
    results: (
      <Stack>
        <Results patient={patient.id} />
        <Reports />
      </Stack>
    ),
    images: <Images />,
    documents: <Documents patient={patient.id} />,
    readers: <Readers />,
    shares: (
      <Section title={t("shares.own")}>
        <AccessList patient={patient.id} />
      </Section>
    ),
    contact: <Contact patient={patient} />,
  };
  return (
    <>
      <PageHeader
        title={t("portal.title")}
        subtitle={`${patient.full_name} · ${calendarDate(patient.birth_date)} · ${patient.patient_id}`}
      />
      <Tabs defaultValue="overview" keepMounted={false}>
        <Tabs.List className={classes.tabs} mb="md" aria-label={t("portal.title")}>
          {PARTS.map((part) => (
            <Tabs.Tab key={part} value={part}>
              {t(`portal.part.${part}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PARTS.map((part) => (
          <Tabs.Panel key={part} value={part}>
            {panels[part]}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Overview({ patient }: { patient: number }) {
  return (
    <Stack>
      <VisitSection patient={patient} />
      <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: "start" }}>
        <MedicineSection patient={patient} />
        <AllergySection patient={patient} />
      </SimpleGrid>
    </Stack>
  );
}
