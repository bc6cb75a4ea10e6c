import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { wardsQuery } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { showSuccess } from "@/shared/toasts";
import { dateTime } from "@/shared/when";
import { useMove, type Bed, type Bedside, type Board } from "./data";
import { NewsSettings } from "./NewsSettings";

interface BedDialogProps {
  bed: Bed;
  board: Board;
  onClose: () => void;
}

/** Places a patient in a free bed; moves or discharges the one of an occupied bed. */
export function BedDialog({ bed, board, onClose }: BedDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("ward.bedTitle", { bed: bed.bed })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {bed.bedside ? (
        <Occupied key={bed.bedside.stay} bedside={bed.bedside} ward={board.ward.id} onClose={onClose} />
      ) : (
        <Free bed={bed.bed} ward={board.ward.id} onClose={onClose} />
      )}
    </Modal>
  );
}

function Free({ bed, ward, onClose }: { bed: string; ward: number; onClose: () => void }) {
  const { t } = useTranslation();
  const [patient, setPatient] = useState<Patient | null>(null);
  const id = patient?.id ?? 0;
  const visits = useQuery({
    queryKey: keys.wards.visits(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/encounters/", { params: { query: { patient: id, page_size: 20 } }, signal }),
      ),
    enabled: patient !== null,
  });
  const visit = visits.data?.results.find(
    ({ kind, ended_at }) =>
      kind !== "outpatient" && (!ended_at || new Date(ended_at) > new Date()),
  );
  const placing = useMove(
    (encounter: number) =>
      unwrap(api.POST("/api/emr/stays/", { body: { encounter, ward, bed } })),
    () => {
      showSuccess(t("ward.placed"));
      onClose();
    },
  );
  return (
    <Stack>
      <PatientPicker label={t("ward.column.patient")} value={patient} onChange={setPatient} />
      {visits.isError && <ErrorNotice error={visits.error} />}
      {visit && (
        <Text size="sm">
          {`${t(`patients.encounterKind.${visit.kind}`)} · ${visit.reason} · ${dateTime(visit.started_at)}`}
        </Text>
      )}
      {visits.data && !visit && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t("ward.noVisit")}
        </Text>
      )}
      {placing.isError && <ErrorNotice error={placing.error} />}
      <Group justify="flex-end">
        <Button
          disabled={!visit}
          loading={placing.isPending}
          onClick={() => {
            if (visit) placing.mutate(visit.id);
          }}
        >
          {t("ward.place")}
        </Button>
      </Group>
    </Stack>
  );
}

function Occupied({ bedside, ward, onClose }: { bedside: Bedside; ward: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { patient, stay, stay_version } = bedside;
  const wards = useQuery(wardsQuery);
  const [to, setTo] = useState(String(ward));
  const [bed, setBed] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const discharges = useCan()("edit_encounter");
  const target = wards.data?.results.find(({ id }) => String(id) === to);
  const params = {
    path: { id: stay },
    header: { "If-Match": `"${stay_version}"` },
  };
  const moving = useMove(
    (free: string) =>
      unwrap(
        api.POST("/api/emr/stays/{id}/transfer/", {
          params,
          body: { ward: Number(to), bed: free, reason },
        }),
      ),
    () => {
      showSuccess(t("ward.moved"));
      onClose();
    },
  );
  const leaving = useMove(
    (discharge: boolean) =>
      unwrap(api.POST("/api/emr/stays/{id}/end/", { params, body: { discharge, reason } })),
    () => {
      showSuccess(t(discharges ? "ward.left" : "ward.freed"));
      onClose();
    },
  );
  const problem = moving.error ?? leaving.error;
  return (
    <Stack>
      <Text fw={600}>{`${patient.full_name} (${patient.patient_id})`}</Text>
      <Text size="sm" c="dimmed">
        {t("ward.since", { at: dateTime(bedside.since) })}
      </Text>
      <NewsSettings bedside={bedside} />
      <Group grow>
        <Select
          label={t("ward.choose")}
          data={(wards.data?.results ?? [])
            .filter(({ active }) => active)
            .map(({ id, name }) => ({ value: String(id), label: name[currentLanguage()] }))}
          value={to}
          onChange={(value) => {
            setTo(value ?? String(ward));
            setBed(null);
          }}
          allowDeselect={false}
        />
        <Select
          searchable
          label={t("ward.column.bed")}
          data={target?.beds ?? []}
          value={bed}
          onChange={setBed}
        />
      </Group>
      <TextInput
        label={t("ward.reason")}
        maxLength={300}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      {problem && <ErrorNotice error={problem} />}
      <Group justify="space-between">
        <Button
          variant={asked ? "filled" : "default"}
          color="red"
          loading={leaving.isPending}
          onClick={() => {
            if (asked) leaving.mutate(discharges);
            else setAsked(true);
          }}
        >
          {discharges
            ? t(asked ? "ward.dischargeNow" : "ward.discharge")
            : t(asked ? "ward.leaveNow" : "ward.leave")}
        </Button>
        <Button
          disabled={!bed}
          loading={moving.isPending}
          onClick={() => {
            if (bed) moving.mutate(bed);
          }}
        >
          {t("ward.transfer")}
        </Button>
      </Group>
    </Stack>
  );
}
