import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import type { Autosave } from "./autosave";
import { signReport, useRefresh, type Report } from "./data";

interface SignDialogProps {
  report: Report;
  autosave: Autosave;
  onClose: () => void;
}

/** The password again: what is signed can never be changed, only amended. */
export function SignDialog({ report, autosave, onClose }: SignDialogProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [password, setPassword] = useState("");
  const sign = useMutation({
    mutationFn: () => signReport(report.id, autosave.getState().version, password),
    meta: { quiet: true },
    onSuccess: async (signed) => {
      showSuccess(t("reports.sign.done"));
      await refresh(signed);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("reports.sign.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          sign.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t("reports.sign.hint")}</Text>
          <PasswordInput
            label={t("reports.sign.password")}
            autoComplete="current-password"
            data-autofocus
            required
            value={password}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
          {sign.isError && <ErrorNotice error={sign.error} detailed />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={sign.isPending} disabled={!password}>
              {t("reports.sign.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
