import { Divider, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { QueryView } from "@/shared/QueryView";
import { reportsQuery } from "@/shared/reports/queries";
import { Summary } from "@/shared/reports/Summary";
import { Section } from "@/shared/Section";

/** What radiologists wrote about the patient's own images, once it is signed and released. */
export function Reports() {
  const { t } = useTranslation();
  const reports = useQuery(reportsQuery({ ordering: "-signed_at", page_size: 50 }));
  return (
    <Section title={t("portal.reports")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("portal.reportsHint")}
        </Text>
        <QueryView query={reports} empty={t("portal.noReports")} isEmpty={({ count }) => count === 0}>
          {({ results }) => (
            <Stack>
              {results.map(({ id }, index) => (
                <Fragment key={id}>
                  {index > 0 && <Divider />}
                  <Summary id={id} pdf />
                </Fragment>
              ))}
            </Stack>
          )}
        </QueryView>
      </Stack>
    </Section>
  );
}
