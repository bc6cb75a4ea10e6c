import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { archiveAgain, type Report } from "./data";

/** Whether the archive has the report as a DICOM document, and what went wrong. */
export function ArchiveState({ report }: { report: Report }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const { stored_at, failures, error, next_at } = report.archive;
  const again = useMutation({
    mutationFn: () => archiveAgain(report.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.reports.one(report.id) }),
  });
  const said = () => {
    if (stored_at) return t("reports.archive.stored", { at: dateTime(stored_at) });
    if (!failures) return t("reports.archive.waiting");
    return t("reports.archive.failed", { count: failures, error, at: next_at ? dateTime(next_at) : "" });
  };
  return (
    <Section title={t("reports.archive.title")}>
      <Group justify="space-between">
        <Text size="sm" c={failures && !stored_at ? "red" : "dimmed"}>
          {said()}
        </Text>
        {failures > 0 && !stored_at && can("operate") && (
          <Button
            size="compact-sm"
            variant="light"
            loading={again.isPending}
            onClick={() => {
              again.mutate();
            }}
          >
            {t("reports.archive.again")}
          </Button>
        )}
      </Group>
    </Section>
  );
}
