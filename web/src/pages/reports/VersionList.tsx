import { Accordion, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { versionsQuery, type Report } from "./data";
import { ReportText } from "./ReportText";

/** Every stored version, the newest first; nothing of them is ever deleted. */
export function VersionList({ report }: { report: Report }) {
  const { t } = useTranslation();
  const versions = useQuery(versionsQuery(report.id));
  return (
    <QueryView query={versions}>
      {({ results }) => (
        <Accordion variant="separated" order={3}>
          {results.map((one) => (
            <Accordion.Item key={one.number} value={String(one.number)}>
              <Accordion.Control>
                <Text size="sm">
                  {[
                    t("reports.version", { number: one.number }),
                    t(`status.report.${one.status}`),
                    one.author.full_name || one.author.username,
                    dateTime(one.at),
                  ].join(" · ")}
                </Text>
              </Accordion.Control>
              <Accordion.Panel>
                <Stack gap="sm">
                  {one.reason && <Text size="sm">{t("reports.amend.because", { reason: one.reason })}</Text>}
                  <ReportText report={report} draft={one} language={one.language} />
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </QueryView>
  );
}
