import { Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { unitText } from "@/shared/units";
import { dateTime } from "@/shared/when";
import { verdictOf, type Verdict } from "./plain";

const ALL = 200;
const COLORS: Record<Verdict, string> = {
  muchLower: "red",
  lower: "orange",
  normal: "teal",
  higher: "orange",
  muchHigher: "red",
  unknown: "gray",
};

/** Laboratory values that were confirmed, each with its normal range and what that means. */
export function Results({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const values = useQuery({
    queryKey: keys.ownRecord.values(patient),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/lis/values/", {
          params: { query: { patient, ordering: "-at", page_size: ALL } },
          signal,
        }),
      ),
  });
  return (
    <Section title={t("portal.results")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("portal.resultsHint")}
        </Text>
        <QueryView query={values} empty={t("portal.noResults")} isEmpty={({ count }) => count === 0}>
          {({ results }) => (
            <Stack gap="lg">
              {ofOneTime(results).map(([at, taken]) => (
                <Stack key={at} gap="xs">
                  <Text fw={600}>{dateTime(at)}</Text>
                  <Stack gap="xs" role="list" aria-label={dateTime(at)}>
                    {taken.map((value) => (
                      <Value key={value.id} value={value} />
                    ))}
                  </Stack>
                </Stack>
              ))}
            </Stack>
          )}
        </QueryView>
      </Stack>
    </Section>
  );
}

function ofOneTime(values: Schema["LabValueOut"][]) {
  const found = new Map<string, Schema["LabValueOut"][]>();
  for (const value of values) {
    const minute = value.at.slice(0, 16);
    const [first] = found.get(minute) ?? [];
    found.set(minute, [...(first ? (found.get(minute) ?? []) : []), value]);
  }
  return [...found.values()].map((taken) => [taken[0]?.at ?? "", taken] as const);
}

function Value({ value }: { value: Schema["LabValueOut"] }) {
  const { t } = useTranslation();
  const name = (value.name as Record<string, string>)[currentLanguage()] ?? value.code;
  const verdict = verdictOf(value);
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group justify="space-between" gap="xs">
        <Text fw={500}>{name}</Text>
        <Badge color={COLORS[verdict]} size="lg" tt="none">
          {t(`portal.verdict.${verdict}`)}
        </Badge>
      </Group>
      <Text>
        {value.text} {unitText(value.unit)}
      </Text>
      <Text size="sm" c="dimmed">
        <Range {...value} />
      </Text>
    </Paper>
  );
}

function Range({ low, high, ...value }: Schema["LabValueOut"]) {
  const { t } = useTranslation();
  const unit = unitText(value.unit);
  if (low != null && high != null) return t("portal.range", { low, high, unit });
  if (high != null) return t("portal.rangeBelow", { high, unit });
  if (low != null) return t("portal.rangeAbove", { low, unit });
  return t("portal.noRange");
}
