import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface TakeOverProps {
  /** Who reads the study; null: nobody is asked about. */
  holder: string | null;
  busy: boolean;
  onTakeOver: (reason: string) => void;
  onClose: () => void;
}

/** A colleague reads the study: it is theirs, unless there is a reason. */
export function TakeOver({ holder, busy, onTakeOver, onClose }: TakeOverProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  return (
    <Modal
      opened={holder !== null}
      onClose={onClose}
      title={holder && t("worklist.held", { name: holder })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onTakeOver(reason.trim());
        }}
      >
        <Stack>
          <Text size="sm">{t("worklist.takeOverText")}</Text>
          <TextInput
            label={t("worklist.reason")}
            maxLength={500}
            autoComplete="off"
            data-autofocus
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={busy} disabled={!reason.trim()}>
              {t("worklist.takeOver")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
