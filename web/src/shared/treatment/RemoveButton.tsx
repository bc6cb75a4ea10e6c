import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useRecording } from "./data";

interface RemoveButtonProps {
  patient: number;
  /** What it removes, for who does not see the row. */
  what: string;
  remove: (reason: string) => Promise<unknown>;
}

/** Takes a record out of the lists, with a reason that its history keeps. */
export function RemoveButton({ patient, what, remove }: RemoveButtonProps) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const removing = useRecording(patient, remove, { done: close, said: t("treatment.removed") });
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        aria-label={`${t("treatment.remove")}: ${what}`}
        onClick={open}
      >
        {t("treatment.remove")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("treatment.remove")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim()) removing.mutate(reason.trim());
          }}
        >
          <Stack gap="sm">
            <TextInput
              label={t("treatment.removeReason")}
              required
              maxLength={300}
              value={reason}
              onChange={(event) => {
                setReason(event.currentTarget.value);
              }}
            />
            {removing.isError && <ErrorNotice error={removing.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t("common.cancel")}
              </Button>
              <Button type="submit" color="red" disabled={!reason.trim()} loading={removing.isPending}>
                {t("treatment.remove")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
