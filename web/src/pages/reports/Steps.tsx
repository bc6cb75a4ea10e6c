import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { showSuccess } from "@/shared/toasts";
import { StatusBadge } from "@/shared/StatusBadge";
import type { Autosave } from "./autosave";
import { CriticalFlag } from "./CriticalFlag";
import { makePreliminary, useRefresh, type Report } from "./data";
import { DiscardDialog } from "./DiscardDialog";
import { SignDialog } from "./SignDialog";

interface StepsProps {
  report: Report;
  autosave: Autosave;
}

/** Preliminary, and signed; each only after the server has all that was typed. */
export function Steps({ report, autosave }: StepsProps) {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const [signing, { open, close }] = useDisclosure();
  const [discarding, discard] = useDisclosure();
  const preliminary = useMutation({
    mutationFn: async () => {
      if (!(await autosave.flush())) return null;
      return makePreliminary(report.id, autosave.getState().version);
    },
    onSuccess: async (next) => {
      if (!next) return;
      autosave.stepped(next);
      showSuccess(t("reports.preliminary.done"));
      await refresh(next);
    },
  });
  const sign = useMutation({
    mutationFn: () => autosave.flush(),
    onSuccess: (saved) => {
      if (saved) open();
    },
  });
  const giveUp = useMutation({
    mutationFn: () => autosave.flush(),
    onSuccess: (saved) => {
      if (saved) discard.open();
    },
  });
  return (
    <Group gap="xs">
      <StatusBadge kind="report" value={report.status} />
      <CriticalFlag report={report} />
      {can("write_report") && report.status === "draft" && (
        <Button
          size="xs"
          variant="default"
          aria-keyshortcuts="Alt+P"
          loading={preliminary.isPending}
          onClick={() => {
            preliminary.mutate();
          }}
        >
          {t("reports.preliminary.button")}
        </Button>
      )}
      {can("write_report") && report.status === "draft" && (
        <Button
          size="xs"
          variant="subtle"
          color="red"
          loading={giveUp.isPending}
          onClick={() => {
            giveUp.mutate();
          }}
        >
          {t("reports.discard.button")}
        </Button>
      )}
      {can("sign_report") && (
        <Button
          size="xs"
          aria-keyshortcuts="Alt+S"
          loading={sign.isPending}
          onClick={() => {
            sign.mutate();
          }}
        >
          {t("reports.sign.button")}
        </Button>
      )}
      {signing && <SignDialog report={report} autosave={autosave} onClose={close} />}
      {discarding && (
        <DiscardDialog report={report} autosave={autosave} onClose={discard.close} />
      )}
    </Group>
  );
}
