import { Button } from "@mantine/core";
import { IconFileTypePdf } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { fetchBlob } from "@/api/client";

/** The report as PDF, behind the login, saved under its number. */
export function PdfButton({ id }: { id: number }) {
  const { t } = useTranslation();
  const fetching = useMutation({
    mutationFn: () => fetchBlob(`/api/ris/reports/${id}/pdf/`),
    onSuccess: (pdf) => {
      const address = URL.createObjectURL(pdf);
      const link = document.createElement("a");
      link.href = address;
      link.download = `report-${id}.pdf`;
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconFileTypePdf size={16} aria-hidden />}
      loading={fetching.isPending}
      onClick={() => {
        fetching.mutate();
      }}
    >
      {t("reports.pdf")}
    </Button>
  );
}
