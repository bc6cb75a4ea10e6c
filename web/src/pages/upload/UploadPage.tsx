import { Alert, Button, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { AddDocuments } from "@/shared/documents/AddDocuments";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PageHeader } from "@/shared/PageHeader";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { DropArea } from "./DropArea";
import { FileList } from "./FileList";
import { Overall } from "./Overall";
import { UploadQueue, type ChosenFile } from "./queue";
import { sendBatch } from "./send";
import { Studies } from "./Studies";

export default function UploadPage() {
  const { t } = useTranslation();
  const [queue] = useState(() => new UploadQueue(sendBatch));
  const view = useSyncExternalStore(queue.subscribe, queue.getView);
  const [patient, setPatient] = useState<Patient | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  useEffect(
    () => () => {
      queue.clear();
    },
    [queue],
  );
  const add = useCallback(
    (files: ChosenFile[]) => {
      setUnreadable(false);
      queue.add(files);
    },
    [queue],
  );
  const begun = view.counts.waiting < view.items.length;
  return (
    <>
      <PageHeader title={t("upload.title")} subtitle={t("upload.subtitle")}>
        <AddDocuments />
      </PageHeader>
      <ConfirmLeave active={view.phase === "running" || (begun && view.counts.waiting > 0)} />
      <Stack>
        <Paper withBorder p="md">
          <Stack>
            <PatientPicker
              label={t("upload.patient")}
              description={t("upload.patientHint")}
              value={patient}
              onChange={setPatient}
              disabled={begun}
            />
            <DropArea
              onFiles={add}
              onUnreadable={() => {
                setUnreadable(true);
              }}
            />
            {unreadable && <Alert color="yellow">{t("upload.unreadable")}</Alert>}
          </Stack>
        </Paper>
        {view.error && <ErrorNotice error={view.error} />}
        {view.items.length > 0 && (
          <>
            <Overall view={view} queue={queue} patientId={patient?.patient_id ?? ""} />
            <Studies view={view} />
            <FileList items={view.items} />
          </>
        )}
      </Stack>
    </>
  );
}

/** Asks before a change of page, and before the tab closes. */
function ConfirmLeave({ active }: { active: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      active && currentLocation.pathname !== nextLocation.pathname && nextLocation.pathname !== "/login",
  );
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => {
      removeEventListener("beforeunload", warn);
    };
  }, [active]);
  const stay = () => {
    blocker.reset?.();
  };
  return (
    <Modal
      opened={blocker.state === "blocked"}
      onClose={stay}
      title={t("upload.leaveTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Text>{t("upload.leave")}</Text>
      <Group justify="flex-end" mt="md">
        <Button
          variant="default"
          onClick={() => {
            blocker.proceed?.();
          }}
        >
          {t("upload.leaveYes")}
        </Button>
        <Button data-autofocus onClick={stay}>
          {t("upload.leaveNo")}
        </Button>
      </Group>
    </Modal>
  );
}
