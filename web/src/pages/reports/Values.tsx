import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { valuesQuery, type Report } from "./data";

type Offer = Schema["ValueOfferOut"];

interface ValuesProps {
  report: Report;
  /** Keys that were taken over and are not saved yet. */
  taken: ReadonlySet<string>;
  onTake: (offer: Offer) => void;
}

/** Measurements, AI results and what the prior said: one click puts a value into the text. */
export function Values({ report, taken, onTake }: ValuesProps) {
  const { t } = useTranslation();
  const offers = useQuery(valuesQuery(report.study_instance_uid, report.language));
  const marks = new Map(report.taken_over.map((one) => [one.key, one.edited]));
  const unconfirmed = report.taken_over.filter(({ confirmed }) => !confirmed);
  return (
    <Section title={t("reports.values.title")}>
      {unconfirmed.map(({ key, text }) => (
        <Text key={key} size="xs" c="orange">
          {t("reports.values.unconfirmed", { text })}
        </Text>
      ))}
      <QueryView query={offers} empty={t("reports.values.none")} isEmpty={({ values, complete }) => complete && !values.length}>
        {({ values, complete }) => (
          <Stack gap="xs" role="list" aria-label={t("reports.values.title")} data-part="values">
            {!complete && (
              <Text size="xs" c="orange" role="status">
                {t("reports.values.incomplete")}
              </Text>
            )}
            {values.map((offer) => (
              <Group key={offer.key} role="listitem" justify="space-between" wrap="nowrap" gap="xs">
                <div style={{ minWidth: 0 }}>
                  <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                    {offer.text}
                  </Text>
                  <Group gap={4}>
                    <Badge size="xs" variant="light" tt="none">
                      {t(`reports.values.kind.${offer.kind}`)}
                    </Badge>
                    <Text size="xs" c="dimmed">
                      {offer.source.title}
                    </Text>
                    {(marks.has(offer.key) || taken.has(offer.key)) && (
                      <Badge size="xs" color="teal" tt="none">
                        {t(marks.get(offer.key) ? "reports.values.edited" : "reports.values.taken")}
                      </Badge>
                    )}
                  </Group>
                </div>
                <Button
                  size="compact-sm"
                  variant="light"
                  leftSection={<IconArrowLeft size={14} aria-hidden />}
                  style={{ flexShrink: 0 }}
                  aria-label={t("reports.values.insertOne", { text: offer.text })}
                  onClick={() => {
                    onTake(offer);
                  }}
                >
                  {t("reports.values.insert")}
                </Button>
              </Group>
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
