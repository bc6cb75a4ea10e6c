import { Alert, Button, Group, Modal, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertTriangle } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { useRefresh } from "@/shared/chart/api";
import { TermPicker } from "@/shared/chart/TermPicker";
import { checkBody, isComplete, newPrescription, prescriptionBody, type Prescription } from "./prescription";
import { WarningList } from "./WarningList";

const WARNED = "ERR_420";

interface PrescribeModalProps {
  patient: number;
  opened: boolean;
  onClose: () => void;
}

/** A prescription is checked while it is written; what speaks against it needs a reason. */
export function PrescribeModal({ patient, opened, onClose }: PrescribeModalProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("chart.medication.add")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {opened && <Form patient={patient} onClose={onClose} />}
    </Modal>
  );
}

function useDrugs(q: string) {
  const drugs = useQuery({
    queryKey: keys.drugs(q),
    queryFn: ({ signal }) => unwrap(api.GET("/api/emr/drugs/", { params: { query: { q } }, signal })),
    enabled: q !== "",
    staleTime: 600_000,
    placeholderData: keepPreviousData,
  });
  const korean = currentLanguage() === "ko";
  const terms = drugs.data?.map(({ atc, name, name_ko }) => ({
    system: "ATC",
    code: atc,
    name: korean ? `${name_ko} (${name})` : name,
  }));
  return { terms, searching: drugs.isFetching };
}

/** What speaks against what is written so far; asked again when it changes. */
function useWarnings(patient: number, written: Prescription) {
  const [body] = useDebouncedValue(checkBody(patient, written), 400);
  const asked = JSON.stringify(body);
  return useQuery({
    queryKey: keys.chart.list(patient, "check", { asked }),
    queryFn: ({ signal }) => unwrap(api.POST("/api/emr/prescriptions/check/", { body, signal })),
    enabled: body.drug !== "",
    gcTime: 0,
  });
}

function Form({ patient, onClose }: { patient: number; onClose: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefresh(patient);
  const [written, setWritten] = useState<Prescription>(newPrescription);
  const checked = useWarnings(patient, written);
  const warnings: Schema["WarningOut"][] = checked.data ?? [];
  const set = (next: Partial<Prescription>) => {
    setWritten((now) => ({ ...now, ...next }));
  };
  const prescribing = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/emr/prescriptions/", { body: prescriptionBody(patient, written, warnings) })),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(t("chart.medication.prescribed"));
      void refresh();
      onClose();
    },
    onError: (error) => {
      if (asApiError(error).code === WARNED) void checked.refetch();
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete(written, warnings)) prescribing.mutate();
      }}
    >
      <Stack gap="sm">
        <TermPicker
          label={t("chart.medication.search")}
          hint={t("chart.medication.searchHint")}
          useTerms={useDrugs}
          onPick={({ code, name }) => {
            set({ drug: name, drug_code: code });
          }}
        />
        <TextInput
          label={t("chart.medication.drug")}
          description={written.drug_code ? `ATC ${written.drug_code}` : t("chart.medication.uncoded")}
          withAsterisk
          maxLength={200}
          value={written.drug}
          onChange={(event) => {
            set({ drug: event.currentTarget.value, drug_code: "" });
          }}
        />
        <Group grow align="flex-start">
          <TextInput
            label={t("chart.medication.dose")}
            placeholder="500 mg"
            withAsterisk
            maxLength={100}
            value={written.dose}
            onChange={(event) => {
              set({ dose: event.currentTarget.value });
            }}
          />
          <TextInput
            label={t("chart.medication.frequency")}
            placeholder={t("chart.medication.frequencyHint")}
            withAsterisk
            maxLength={100}
            value={written.frequency}
            onChange={(event) => {
              set({ frequency: event.currentTarget.value });
            }}
          />
        </Group>
        <Group grow align="flex-start">
          <NumberInput
            label={t("chart.medication.dailyMg")}
            description={t("chart.medication.dailyMgHint")}
            hideControls
            min={0}
            decimalScale={2}
            value={written.daily_mg}
            onChange={(daily_mg) => {
              set({ daily_mg: String(daily_mg) });
            }}
          />
          <NumberInput
            label={t("chart.medication.days")}
            description={t("chart.medication.daysHint")}
            withAsterisk
            min={1}
            max={365}
            allowDecimal={false}
            value={written.days}
            onChange={(days) => {
              set({ days: String(days) });
            }}
          />
        </Group>
        {warnings.length > 0 && (
          <Alert
            color="orange"
            role="alert"
            icon={<IconAlertTriangle aria-hidden />}
            title={t("chart.medication.warningsTitle")}
          >
            <Stack gap="sm">
              <WarningList warnings={warnings} />
              <Textarea
                label={t("chart.medication.warningsReason")}
                withAsterisk
                autosize
                minRows={2}
                maxLength={300}
                value={written.reason}
                onChange={(event) => {
                  set({ reason: event.currentTarget.value.replaceAll("\n", " ") });
                }}
              />
            </Stack>
          </Alert>
        )}
        {checked.isError && <ErrorNotice error={checked.error} />}
        {prescribing.isError && <ErrorNotice error={prescribing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            {...(warnings.length > 0 && { color: "orange.9" })}
            disabled={!isComplete(written, warnings) || checked.isFetching}
            loading={prescribing.isPending}
          >
            {warnings.length > 0 ? t("chart.medication.prescribeAnyway") : t("chart.medication.prescribe")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
