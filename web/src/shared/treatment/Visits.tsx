import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { ifMatch, patientVisitsQuery } from "./data";
import { RecordTable } from "./RecordTable";
import { VisitForm } from "./VisitForm";
import { VisitStatus } from "./VisitStatus";

/** Visits that are planned, and those that were held or missed. */
export function Visits({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const visits = useQuery(patientVisitsQuery(patient));
  return (
    <Section title={t("treatment.visits")} action={can("record_treatment") && <VisitForm patient={patient} />}>
      <QueryView query={visits}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.visits")}
            kind="visit"
            rows={results}
            patient={patient}
            edit={(row, name) =>
              row.status === "PLANNED" && <VisitForm patient={patient} row={row} name={name} />
            }
            remove={(row, reason) =>
              unwrap(
                api.DELETE("/api/followups/visits/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                  body: { reason },
                }),
              )
            }
            columns={[
              { key: "at", header: t("treatment.visit.at"), render: (row) => dateTime(row.planned_at) },
              { key: "purpose", header: t("treatment.visit.purpose"), render: (row) => row.purpose },
              { key: "who", header: t("treatment.visit.clinician"), render: (row) => row.clinician_name },
              { key: "status", header: t("orders.status"), render: (row) => <VisitStatus visit={row} /> },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}
