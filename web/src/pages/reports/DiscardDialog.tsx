import { useTranslation } from "react-i18next";
import { showSuccess } from "@/shared/toasts";
import type { Autosave } from "./autosave";
import { discardReport, useRefresh, type Report } from "./data";
import { ReasonDialog } from "./ReasonDialog";
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
  return (
    <ReasonDialog
      step="discard"
      hint={t("reports.discard.hint")}
      color="red"
      onClose={onClose}
      send={(reason) => discardReport(report.id, autosave.getState().version, reason)}
      onDone={async (discarded) => {
        forget(report.id);
        showSuccess(t("reports.discard.done"));
        onClose();
        await refresh(discarded);
      }}
    />
  );
}
