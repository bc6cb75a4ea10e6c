import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import type { Report } from "./data";

interface ReasonDialogProps {
  step: "amend" | "discard";
  hint?: string;
  color?: string;
  onClose: () => void;
  send: (reason: string) => Promise<Report>;
  onDone: (report: Report) => Promise<void>;
}

/** Asks why a report is amended or given up, and does it. */
export function ReasonDialog({ step, hint, color, onClose, send, onDone }: ReasonDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const sending = useMutation({
    mutationFn: () => send(reason.trim()),
    meta: { quiet: true },
    onSuccess: onDone,
  });
  return (
    <Modal opened onClose={onClose} title={t(`reports.${step}.title`)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          sending.mutate();
        }}
      >
        <Stack>
          {hint && <Text size="sm">{hint}</Text>}
          <Textarea
            label={t(`reports.${step}.reason`)}
            data-autofocus
            required
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          {sending.isError && <ErrorNotice error={sending.error} detailed />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" color={color} loading={sending.isPending} disabled={!reason.trim()}>
              {t(`reports.${step}.button`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
