import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { patientQuery } from "@/api/queries";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Treatment } from "@/shared/treatment/Treatment";
import { useIdParam } from "@/shared/useIdParam";

/** Where the alerts of visits and treatments lead. */
export default function TreatmentPage() {
  const { t } = useTranslation();
  const id = useIdParam("patientId");
  const patient = useQuery(patientQuery(id));
  return (
    <>
      <PageHeader
        title={t("treatment.title")}
        subtitle={patient.data && `${patient.data.full_name} (${patient.data.patient_id})`}
      />
      <QueryView query={patient} rows={6}>
        {(found) => <Treatment key={found.id} patient={found.id} />}
      </QueryView>
    </>
  );
}
