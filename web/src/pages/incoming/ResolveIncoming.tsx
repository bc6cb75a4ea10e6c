import { Badge, Button, Card, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { Comparison } from "@/shared/Comparison";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";

type Row = Schema["IncomingPatientOut"];
type Body = Schema["IncomingResolveInRequest"];

const DONE = { link: "incoming.linked", create: "incoming.created", reject: "incoming.rejected" } as const;

function useResolve(row: Row, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) =>
      unwrap(api.POST("/api/emr/incoming/{id}/resolve/", { params: { path: { id: row.id } }, body })),
    meta: { quiet: true },
    onSuccess: (_, { decision }) => {
      showSuccess(t(DONE[decision]));
      void client.invalidateQueries({ queryKey: keys.incoming.all });
      void client.invalidateQueries({ queryKey: keys.patients.all });
      onDone();
    },
  });
}

/** A person says who it is: one of the candidates, somebody else of ours, a new patient, nobody. */
export function ResolveIncoming({ row, onDone }: { row: Row; onDone: () => void }) {
  const resolve = useResolve(row, onDone);
  const busy = resolve.isPending;
  return (
    <Stack>
      {resolve.isError && <ErrorNotice error={resolve.error} />}
      {row.candidates.map((candidate) => (
        <CandidateCard
          key={candidate.patient.id}
          row={row}
          candidate={candidate}
          busy={busy}
          onLink={() => {
            resolve.mutate({ decision: "link", patient: candidate.patient.id });
          }}
        />
      ))}
      <LinkOther busy={busy} onSend={resolve.mutate} />
      <Create busy={busy} onSend={resolve.mutate} />
      <Reject busy={busy} onSend={resolve.mutate} />
    </Stack>
  );
}

interface CandidateCardProps {
  row: Row;
  candidate: Row["candidates"][number];
  busy: boolean;
  onLink: () => void;
}

function CandidateCard({ row, candidate, busy, onLink }: CandidateCardProps) {
  const { t } = useTranslation();
  const { sent } = row;
  const { patient, score, alike } = candidate;
  const sex = (code: string) =>
    code in SEXES ? t(`common.gender.${code as Schema["GenderEnum"]}`) : code;
  return (
    <Card withBorder>
      <Text size="sm" fw={500}>
        {t("incoming.candidate", { name: patient.full_name, mrn: patient.patient_id, score })}
      </Text>
      <Group gap={6} my="xs">
        {alike.map((what) => (
          <Badge key={what} variant="light">
            {t(`merging.alike.${what}`)}
          </Badge>
        ))}
      </Group>
      <Comparison
        label={t("incoming.comparison", { name: patient.full_name })}
        arrived={t("incoming.sent")}
        recorded={t("incoming.ours")}
        rows={[
          [t("patients.name"), sent.full_name, patient.full_name],
          [t("patients.born"), sent.birth_date, patient.birth_date],
          [t("patients.sex"), sex(sent.gender), sex(patient.gender)],
          [t("patients.phone"), sent.phone, patient.phone],
          [t("merging.fields.address"), sent.address, patient.address],
        ]}
      />
      <Group justify="flex-end" mt="sm">
        <Button disabled={busy} onClick={onLink}>
          {t("incoming.link")}
        </Button>
      </Group>
    </Card>
  );
}

const SEXES = { M: 1, F: 1, O: 1, U: 1 } satisfies Record<Schema["GenderEnum"], 1>;

interface SendProps {
  busy: boolean;
  onSend: (body: Body) => void;
}

function LinkOther({ busy, onSend }: SendProps) {
  const { t } = useTranslation();
  const [patient, setPatient] = useState<Patient | null>(null);
  return (
    <Section title={t("incoming.other")}>
      <Group align="flex-end">
        <PatientPicker label={t("incoming.ours")} value={patient} onChange={setPatient} />
        <Button
          variant="light"
          disabled={busy || !patient}
          onClick={() => {
            if (patient) onSend({ decision: "link", patient: patient.id });
          }}
        >
          {t("incoming.link")}
        </Button>
      </Group>
    </Section>
  );
}

function Create({ busy, onSend }: SendProps) {
  const { t } = useTranslation();
  const [mrn, setMrn] = useState("");
  return (
    <Section title={t("incoming.create")}>
      <Group align="flex-end">
        <TextInput
          label={t("incoming.mrn")}
          maxLength={64}
          value={mrn}
          onChange={(event) => {
            setMrn(event.currentTarget.value);
          }}
        />
        <Button
          variant="light"
          disabled={busy || mrn.trim() === ""}
          onClick={() => {
            onSend({ decision: "create", patient_id: mrn.trim() });
          }}
        >
          {t("incoming.create")}
        </Button>
      </Group>
    </Section>
  );
}

function Reject({ busy, onSend }: SendProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  return (
    <Section title={t("incoming.reject")}>
      <Group align="flex-end">
        <TextInput
          label={t("incoming.reason")}
          maxLength={300}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <Button
          variant="default"
          disabled={busy || reason.trim() === ""}
          onClick={() => {
            onSend({ decision: "reject", reason: reason.trim() });
          }}
        >
          {t("incoming.reject")}
        </Button>
      </Group>
    </Section>
  );
}
