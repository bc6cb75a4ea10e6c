import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import type { Autosave } from "./autosave";
import { discardReport, useRefresh, type Report } from "./data";
import { forget } from "./useAutosave";

interface DiscardDialogProps {
  report: Report;
  autosave: Autosave;
  onClose: () => void;
}

/** Why a draft is given up. Its versions are kept; another report may be begun in its place. */
export function DiscardDialog({ report, autosave, onClose }: DiscardDialogProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [reason, setReason] = useState("");
  const discard = useMutation({
    mutationFn: () => discardReport(report.id, autosave.getState().version, reason.trim()),
    meta: { quiet: true },
    onSuccess: async (discarded) => {
      forget(report.id);
      showSuccess(t("reports.discard.done"));
      onClose();
      await refresh(discarded);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("reports.discard.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          discard.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t("reports.discard.hint")}</Text>
          <Textarea
            label={t("reports.discard.reason")}
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
          {discard.isError && <ErrorNotice error={discard.error} detailed />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" color="red" loading={discard.isPending} disabled={!reason.trim()}>
              {t("reports.discard.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
