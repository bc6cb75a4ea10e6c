import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { amendReport, useRefresh, type Report } from "./data";

interface AmendDialogProps {
  report: Report;
  onClose: () => void;
  onBegun: (amendment: Report) => void;
}

/** Why a signed report is amended; the amendment is a new draft, and the signed text stays. */
export function AmendDialog({ report, onClose, onBegun }: AmendDialogProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [reason, setReason] = useState("");
  const amend = useMutation({
    mutationFn: () => amendReport(report.id, reason.trim()),
    meta: { quiet: true },
    onSuccess: async (amendment) => {
      await refresh(amendment);
      onClose();
      onBegun(amendment);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("reports.amend.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          amend.mutate();
        }}
      >
        <Stack>
          <Textarea
            label={t("reports.amend.reason")}
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
          {amend.isError && <ErrorNotice error={amend.error} detailed />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={amend.isPending} disabled={!reason.trim()}>
              {t("reports.amend.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
