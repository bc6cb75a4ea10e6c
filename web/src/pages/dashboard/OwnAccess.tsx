import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ownPatientQuery } from "@/api/queries";
import { Section } from "@/shared/Section";
import { AccessList } from "@/shared/shares/AccessList";

/** For patients: who else has access to their record, and until when. */
export function OwnAccess() {
  const { t } = useTranslation();
  const own = useQuery(ownPatientQuery);
  const [patient] = own.data?.results ?? [];
  if (!patient) return null;
  return (
    <Section title={t("shares.own")}>
      <AccessList patient={patient.id} />
    </Section>
  );
}
