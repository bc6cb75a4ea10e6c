import { amendReport, useRefresh, type Report } from "./data";
import { ReasonDialog } from "./ReasonDialog";

interface AmendDialogProps {
  report: Report;
  onClose: () => void;
  onBegun: (amendment: Report) => void;
}

/** Why a signed report is amended; the amendment is a new draft, and the signed text stays. */
export function AmendDialog({ report, onClose, onBegun }: AmendDialogProps) {
  const refresh = useRefresh();
  return (
    <ReasonDialog
      step="amend"
      onClose={onClose}
      send={(reason) => amendReport(report.id, reason)}
      onDone={async (amendment) => {
        await refresh(amendment);
        onClose();
        onBegun(amendment);
      }}
    />
  );
}
