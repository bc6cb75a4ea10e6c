import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface HeldStudyProps {
  /** Who reads the study; null: nobody is asked about. */
  holder: string | null;
  /** What the reason is for, and the button that does it. */
  text: string;
  button: string;
  busy: boolean;
  onReason: (reason: string) => void;
  onClose: () => void;
}

/** A colleague reads the study: it is theirs, unless there is a reason. */
export function HeldStudy({ holder, text, button, busy, onReason, onClose }: HeldStudyProps) {
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
          onReason(reason.trim());
        }}
      >
        <Stack>
          <Text size="sm">{text}</Text>
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
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
