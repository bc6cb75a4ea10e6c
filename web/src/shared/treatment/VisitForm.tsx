import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { localInput } from "@/shared/forms/fields";
import { asText, ifMatch, type Visit } from "./data";
import type { Field, Values } from "@/shared/forms/fields";
import { RecordForm } from "./RecordForm";

interface VisitFormProps {
  patient: number;
  row?: Visit;
  name?: string;
}

/** Plans a visit, or changes one that is yet to come. */
export function VisitForm({ patient, row, name }: VisitFormProps) {
  const { t } = useTranslation();
  const fields: Field[] = [
    { name: "planned_at", label: t("treatment.visit.at"), type: "datetime", required: true },
    { name: "purpose", label: t("treatment.visit.purpose"), type: "text", required: true },
    { name: "note", label: t("treatment.note"), type: "lines" },
  ];
  const record = ({ planned_at, ...values }: Values) => {
    const body = { ...values, ...(planned_at && { planned_at: new Date(planned_at).toISOString() }) };
    return row
      ? unwrap(
          api.PATCH("/api/followups/visits/{id}/", {
            params: { path: { id: row.id } },
            headers: ifMatch(row),
            body,
          }),
        )
      : unwrap(
          api.POST("/api/followups/visits/", {
            body: { ...body, patient } as unknown as Schema["VisitInRequest"],
          }),
        );
  };
  return (
    <RecordForm
      patient={patient}
      title={t(row ? "treatment.edit" : "treatment.visit.add")}
      {...(row &&
        name && {
          changes: name,
          initial: { ...asText(row, ["purpose", "note"]), planned_at: localInput(new Date(row.planned_at)) },
        })}
      fields={fields}
      record={record}
    />
  );
}
