import { Alert, Anchor, Button, Checkbox, Group, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { patientQuery } from "@/api/queries";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { personName } from "@/shared/format";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { calendarDate } from "@/shared/when";
import { Comparison } from "@/shared/Comparison";
import { QuarantineNotice } from "./QuarantineNotice";
import { Suggestions, type Suggestion } from "./Suggestions";
import { birthOf, useSexName, type Unmatched } from "./dicomPatient";

/** Which patient; what the files say beside what is on record; and only then the confirmation. */
export function MatchStudy({ study, onClose }: { study: Unmatched; onClose: () => void }) {
  const { t } = useTranslation();
  const sexName = useSexName();
  const client = useQueryClient();
  const [patient, setPatient] = useState<Patient | null>(null);
  const [sure, setSure] = useState(false);
  const [order, setOrder] = useState<Suggestion["order"]>(null);
  const { study_instance_uid, quarantine } = study;
  const named = quarantine?.patient;
  const suggestions = named
    ? [{ patient: named, order: null, reasons: [] }, ...study.suggestions.filter(({ patient: { id } }) => id !== named.id)]
    : study.suggestions;
  const match = useMutation({
    mutationFn: (patient_id: string) =>
      unwrap(
        api.POST("/api/ris/unmatched/{study_instance_uid}/match/", {
          params: { path: { study_instance_uid } },
          body: { patient_id, ...(order && { order: order.id }) },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.unmatched.all });
      void client.invalidateQueries({ queryKey: keys.studies.all });
    },
  });
  const choose = useMutation({
    mutationFn: ({ patient: { id } }: Suggestion) => client.query(patientQuery(id)),
    onSuccess: (chosen, suggestion) => {
      setPatient(chosen);
      setOrder(suggestion.order);
      setSure(false);
      match.reset();
    },
  });
  if (match.data) {
    return (
      <Stack>
        <Alert color="teal" role="status">
          {t("unmatched.done")}
        </Alert>
        <Group justify="flex-end">
          <Anchor component={Link} to={`/studies/${study_instance_uid}`}>
            {t("unmatched.openStudy")}
          </Anchor>
          <Button onClick={onClose}>{t("common.close")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      {quarantine && <QuarantineNotice held={quarantine} />}
      <Suggestions
        suggestions={suggestions}
        onChoose={(suggestion) => {
          choose.mutate(suggestion);
        }}
      />
      <PatientPicker
        label={t("unmatched.patient")}
        value={patient}
        onChange={(next) => {
          setPatient(next);
          setOrder(null);
          setSure(false);
          match.reset();
        }}
      />
      <Comparison
        label={t("unmatched.comparison")}
        arrived={t("unmatched.inFiles")}
        recorded={t("unmatched.onRecord")}
        rows={[
          [t("unmatched.number"), study.dicom_patient_id, patient?.patient_id],
          [t("unmatched.name"), personName(study.dicom_patient_name), patient?.full_name],
          [t("unmatched.birth"), birthOf(study), patient && calendarDate(patient.birth_date)],
          [t("unmatched.accession"), study.accession_number, order?.accession_number],
          [t("unmatched.sex"), sexName(study.dicom_sex), patient && sexName(patient.gender)],
        ]}
      />
      {match.isError && <ErrorNotice error={match.error} />}
      <Checkbox
        label={t("unmatched.sure")}
        checked={sure}
        disabled={!patient}
        onChange={(event) => {
          setSure(event.currentTarget.checked);
        }}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!patient || !sure}
          loading={match.isPending}
          onClick={() => {
            if (patient) match.mutate(patient.patient_id);
          }}
        >
          {t("unmatched.confirm")}
        </Button>
      </Group>
    </Stack>
  );
}
