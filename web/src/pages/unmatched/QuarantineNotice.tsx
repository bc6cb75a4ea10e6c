import { Alert, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { personName } from "@/shared/format";
import { calendarDate } from "@/shared/when";
import { birthOf, type Unmatched } from "./dicomPatient";

/** Why the study is kept from everybody, and in what its images contradict the patient. */
export function QuarantineNotice({ held }: { held: NonNullable<Unmatched["quarantine"]> }) {
  const { t } = useTranslation();
  const { patient, differences, dicom_patient_name, dicom_birth_date } = held;
  const said = {
    name: [personName(dicom_patient_name), patient?.full_name],
    birth_date: [birthOf({ dicom_birth_date }), patient && calendarDate(patient.birth_date)],
  };
  return (
    <Alert color="orange" title={t(`unmatched.reasons.${held.reason}`)}>
      {differences.map((one) => (
        <Text key={one} size="sm">
          {t(`unmatched.differs.${one}`, { files: said[one][0], record: said[one][1] })}
        </Text>
      ))}
      <Text size="sm">{t("unmatched.heldFromAll")}</Text>
    </Alert>
  );
}
