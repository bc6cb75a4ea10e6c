import { IconFileTypePdf } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { DownloadButton } from "@/shared/DownloadButton";

/** The report as PDF, saved under its number. */
export function PdfButton({ id }: { id: number }) {
  const { t } = useTranslation();
  return (
    <DownloadButton
      path={`/api/ris/reports/${id}/pdf/`}
      fileName={`report-${id}.pdf`}
      icon={<IconFileTypePdf size={16} aria-hidden />}
      label={t("reports.pdf")}
    />
  );
}
