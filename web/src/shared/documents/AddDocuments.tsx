import { Anchor, Button, FileInput, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFileUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { asApiError, refused } from "@/api/errors";
import { keys } from "@/api/keys";
import { postForm } from "@/api/progress";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";

/** Of the document, on which only the number of the patient is sent. */
interface AddDocumentsProps {
  patient?: Pick<Patient, "patient_id" | "full_name">;
}

/** For those who may upload: pictures and PDFs that a patient brought become a study of theirs. */
export function AddDocuments({ patient }: AddDocumentsProps) {
  const { t } = useTranslation();
  const can = useCan();
  const [opened, { open, close }] = useDisclosure();
  if (!can("upload_dicom")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconFileUpload size={18} aria-hidden />} onClick={open}>
        {t("upload.documents.add")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t("upload.documents.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {opened && <DocumentForm {...(patient && { patient })} onClose={close} />}
      </Modal>
    </>
  );
}

interface Form {
  patientId: string;
  description: string;
  date: string;
  files: File[];
}

async function send({ patientId, description, date, files }: Form): Promise<string> {
  const form = new FormData();
  form.append("patient_id", patientId);
  form.append("description", description);
  if (date) form.append("date", date);
  for (const file of files) form.append("files", file, file.name);
  const { signal } = new AbortController();
  const reply = await postForm("/api/ris/upload/documents/", form, () => undefined, signal);
  if (reply.status !== 201) throw refused(reply.status, reply.body, reply.requestId);
  return (reply.body as Schema["UploadOut"]).studies[0]?.study_instance_uid ?? "";
}

/** Which of the files the server did not take. */
function refusedName(error: unknown, files: File[]): string | undefined {
  const place = /^files\.(\d+)$/.exec(asApiError(error).field ?? "")?.[1];
  return place === undefined ? undefined : files[Number(place)]?.name;
}

function DocumentForm({ patient, onClose }: AddDocumentsProps & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Patient | null>(null);
  const [description, setDescription] = useState("");
  const [date, setDate] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  const patientId = patient?.patient_id ?? chosen?.patient_id;
  const sending = useMutation({
    mutationFn: send,
    meta: { quiet: true },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.studies.all }),
  });
  const refusedFile = sending.isError && refusedName(sending.error, sending.variables.files);
  if (sending.isSuccess) {
    return (
      <Stack>
        <Text role="status">{t("upload.documents.done")}</Text>
        <Group justify="flex-end">
          <Anchor component={Link} to={`/studies/${sending.data}`}>
            {t("unmatched.openStudy")}
          </Anchor>
          <Button onClick={onClose}>{t("common.close")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      {patient ? (
        <Text size="sm">{`${patient.full_name} (${patient.patient_id})`}</Text>
      ) : (
        <PatientPicker label={t("unmatched.patient")} required value={chosen} onChange={setChosen} />
      )}
      <FileInput
        label={t("upload.documents.files")}
        description={t("upload.documents.kinds")}
        required
        multiple
        accept="image/png,image/jpeg,application/pdf"
        value={files}
        onChange={setFiles}
      />
      <TextInput
        label={t("upload.documents.description")}
        required
        maxLength={64}
        value={description}
        onChange={(event) => {
          setDescription(event.currentTarget.value);
        }}
      />
      <TextInput
        type="date"
        label={t("upload.documents.date")}
        value={date}
        onChange={(event) => {
          setDate(event.currentTarget.value);
        }}
      />
      {sending.isError && <ErrorNotice error={sending.error} />}
      {refusedFile && <Text size="sm">{t("upload.documents.refused", { name: refusedFile })}</Text>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!patientId || !description.trim() || files.length === 0}
          loading={sending.isPending}
          onClick={() => {
            if (patientId) sending.mutate({ patientId, description: description.trim(), date, files });
          }}
        >
          {t("upload.documents.send")}
        </Button>
      </Group>
    </Stack>
  );
}
