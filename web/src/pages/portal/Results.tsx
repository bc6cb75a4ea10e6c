import { Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useAnalyteName } from "@/shared/lab/analytes";
import { LabResult } from "@/shared/lab/LabResult";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { unitText } from "@/shared/units";
import { dateTime } from "@/shared/when";
import { confirmedQuery } from "./confirmed";
import { valuesOf, verdictOf, type LabValue, type Verdict } from "./plain";

const COLORS: Record<Verdict, string> = {
  muchLower: "red",
  lower: "orange",
  normal: "teal",
  higher: "orange",
  muchHigher: "red",
  unknown: "gray",
};

/** Laboratory results that were confirmed, each value with its normal range and what that means. */
export function Results({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const orders = useQuery({
    ...confirmedQuery(patient),
    select: ({ results }) => results.filter(({ job_role }) => job_role === "LIS"),
  });
  return (
    <Section title={t("portal.results")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("portal.resultsHint")}
        </Text>
        <QueryView query={orders} empty={t("portal.noResults")} isEmpty={(found) => found.length === 0}>
          {(found) => (
            <Stack gap="lg">
              {found.map((order) => (
                <Result key={order.id} order={order} />
              ))}
            </Stack>
          )}
        </QueryView>
      </Stack>
    </Section>
  );
}

function Result({ order }: { order: Schema["OrderOut"] }) {
  const name = `${useJobTypeName()(order.job_type)} · ${dateTime(order.ordered_at)}`;
  const { values, rest } = valuesOf(order.result ?? {});
  return (
    <Stack gap="xs">
      <Text fw={600}>{name}</Text>
      {values.length > 0 && (
        <Stack gap="xs" role="list" aria-label={name}>
          {values.map((value) => (
            <Value key={value.code} value={value} />
          ))}
        </Stack>
      )}
      <LabResult result={rest} />
    </Stack>
  );
}

function Value({ value }: { value: LabValue }) {
  const { t } = useTranslation();
  const name = useAnalyteName()(value.code, value.name);
  const verdict = verdictOf(value);
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group justify="space-between" gap="xs">
        <Text fw={500}>{name}</Text>
        <Badge color={COLORS[verdict]} size="lg" tt="none">
          {t(`portal.verdict.${verdict}`)}
        </Badge>
      </Group>
      <Text>{`${value.value} ${unitText(value.unit)}`}</Text>
      <Text size="sm" c="dimmed">
        <Range {...value} />
      </Text>
    </Paper>
  );
}

function Range({ low, high, ...value }: LabValue) {
  const { t } = useTranslation();
  const unit = unitText(value.unit);
  if (low != null && high != null) return t("portal.range", { low, high, unit });
  if (high != null) return t("portal.rangeBelow", { high, unit });
  if (low != null) return t("portal.rangeAbove", { low, unit });
  return t("portal.noRange");
}
