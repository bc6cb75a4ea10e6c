import { Loader, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { calendarDate } from "./when";
import { errorText } from "./toasts";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";

export type Patient = Schema["PatientOut"];

interface PatientPickerProps {
  label: string;
  description?: string;
  value: Patient | null;
  onChange: (patient: Patient | null) => void;
  error?: string | null;
  required?: boolean;
  disabled?: boolean;
}

function nameOf(patient: Patient): string {
  return `${patient.full_name} · ${patient.patient_id}`;
}

/** Find a patient by name or number while typing. */
export function PatientPicker(props: PatientPickerProps) {
  const { value, onChange, error, ...field } = props;
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const wanted = q !== "" && (!value || q !== nameOf(value));
  const found = useQuery({
    queryKey: keys.patients.picker(q),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/patients/search/", { params: { query: { q, page_size: 20 } }, signal }),
      ),
    enabled: wanted,
    placeholderData: keepPreviousData,
  });
  const patients = new Map((found.data?.results ?? []).map((each) => [String(each.id), each]));
  if (value) patients.set(String(value.id), value);
  return (
    <Select
      {...field}
      searchable
      clearable
      placeholder={t("list.patientPlaceholder")}
      data={[...patients].map(([id, patient]) => ({ value: id, label: nameOf(patient) }))}
      value={value ? String(value.id) : null}
      onChange={(id) => {
        onChange(id === null ? null : (patients.get(id) ?? null));
      }}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={wanted && !found.isPending ? t("list.nobody") : t("list.typeName")}
      error={error ?? (found.isError ? errorText(asApiError(found.error)) : null)}
      rightSection={wanted && found.isFetching ? <Loader size="xs" /> : undefined}
      clearButtonProps={{ "aria-label": t("common.clear") }}
      renderOption={({ option }) => {
        const patient = patients.get(option.value);
        return (
          <div>
            <Text size="sm">{option.label}</Text>
            {patient && (
              <Text size="xs" c="dimmed">
                {`${calendarDate(patient.birth_date)} · ${t(`common.gender.${patient.gender}`)}`}
              </Text>
            )}
          </div>
        );
      }}
    />
  );
}
