import { Alert, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { QueryView } from "@/shared/QueryView";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate, dateTime } from "@/shared/when";
import { PdfButton } from "./PdfButton";
import { summaryQuery } from "./queries";

interface SummaryProps {
  id: number;
  /** Patients may take the signed paper along; a nurse's summary has none. */
  pdf: boolean;
}

/** A signed report in plain form: what its reader may see of it, by the names of its sections. */
export function Summary({ id, pdf }: SummaryProps) {
  const { t } = useTranslation();
  const summary = useQuery(summaryQuery(id));
  return (
    <QueryView query={summary}>
      {({ study, title, status, signed_at, signed_by, sections, language, moved_at }) => (
        <Stack gap="sm">
          {moved_at && (
            <Alert color="red" title={t("reports.moved.title")}>
              {t("reports.moved.amend", { at: dateTime(moved_at) })}
            </Alert>
          )}
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Text fw={600}>{title || study.description}</Text>
              <Text size="sm" c="dimmed">
                {[
                  study.description,
                  study.study_date && calendarDate(study.study_date),
                  signed_at &&
                    t("reports.signedBy", {
                      name: signed_by?.full_name ?? "",
                      at: dateTime(signed_at),
                    }),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </div>
            <Group gap="xs" wrap="nowrap">
              <StatusBadge kind="report" value={status} />
              {pdf && <PdfButton id={id} />}
            </Group>
          </Group>
          {sections.map(({ key, label, text }) => (
            <div key={key} lang={language}>
              <Text size="sm" fw={600}>
                {label}
              </Text>
              <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {text}
              </Text>
            </div>
          ))}
        </Stack>
      )}
    </QueryView>
  );
}
