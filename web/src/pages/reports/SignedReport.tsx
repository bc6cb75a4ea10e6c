import { Button, Grid, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { PdfButton } from "@/shared/reports/PdfButton";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { AmendDialog } from "./AmendDialog";
import { ArchiveState } from "./ArchiveState";
import { CriticalFlag } from "./CriticalFlag";
import type { Report } from "./data";
import { Versions } from "./Editor";
import { KeyImages } from "./KeyImages";
import { MovedNotice } from "./MovedNotice";
import { PriorDiff } from "./PriorDiff";
import { ReportText } from "./ReportText";
import { WIDTHS } from "./widths";

interface SignedReportProps {
  report: Report;
  /** Another report of the same study is to be shown: an amendment that was begun. */
  onShow: (id: number) => void;
}

/** A report as it is read. Signed text cannot be changed; an amendment is a report of its own. */
export function SignedReport({ report, onShow }: SignedReportProps) {
  const { t } = useTranslation();
  const template = report.form;
  const { signed_by, signed_at, reason } = report;
  return (
    <Grid type="container" breakpoints={WIDTHS}>
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <Section
          title={template.name[currentLanguage()]}
          action={<Actions report={report} onShow={onShow} />}
        >
          <Stack>
            <MovedNotice report={report} />
            {signed_at && (
              <Text size="sm" c="dimmed">
                {t("reports.signedBy", {
                  name: signed_by?.full_name ?? signed_by?.username ?? "",
                  at: dateTime(signed_at),
                })}
              </Text>
            )}
            {reason && <Text size="sm">{t("reports.amend.because", { reason })}</Text>}
            <ReportText report={report} draft={report} language={report.language} />
          </Stack>
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Stack>
          <KeyImages study={report.study_instance_uid} chosen={report.key_images} />
          <PriorDiff report={report} />
          {report.in_force && <ArchiveState report={report} />}
          <Versions report={report} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Actions({ report, onShow }: Pick<SignedReportProps, "report" | "onShow">) {
  const { t } = useTranslation();
  const can = useCan();
  const [amending, { open, close }] = useDisclosure();
  const { predecessor, successor, status, signed_at } = report;
  return (
    <Group gap="xs">
      <StatusBadge kind="report" value={status} />
      <CriticalFlag report={report} />
      {predecessor && (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => {
            onShow(predecessor);
          }}
        >
          {t("reports.predecessor")}
        </Button>
      )}
      {successor && (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => {
            onShow(successor);
          }}
        >
          {t("reports.successor")}
        </Button>
      )}
      <PdfButton id={report.id} />
      {can("write_report") && signed_at && !successor && (
        <Button size="xs" onClick={open}>
          {t("reports.amend.button")}
        </Button>
      )}
      {amending && (
        <AmendDialog
          report={report}
          onClose={close}
          onBegun={({ id }) => {
            onShow(id);
          }}
        />
      )}
    </Group>
  );
}
