import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { AddDocuments } from "@/shared/documents/AddDocuments";
import { Section } from "@/shared/Section";
import type { PanelProps } from "@/shared/chart/panel";
import { ImagingTimeline } from "./ImagingTimeline";
import { PatientJobs } from "./PatientJobs";

/** The studies with their priors, and what AI found in them. */
export default function ImagingTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <Stack>
      {can("request_ai") && <PatientJobs patient={patient} />}
      <Section title={t("chart.imaging.studies")}>
        <AddDocuments patient={patient} />
        <ImagingTimeline patient={patient.id} />
      </Section>
    </Stack>
  );
}
