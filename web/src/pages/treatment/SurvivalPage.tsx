import { Select, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { survivalQuery } from "@/shared/treatment/data";
import { Plot } from "@/shared/plots/Plot";

const DAYS_A_MONTH = 30.4375;
const KINDS = ["surgery", "radiotherapy", "chemotherapy"] as const;

function months(days: number): string {
  return (days / DAYS_A_MONTH).toFixed(1);
}

export default function SurvivalPage() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Schema["TreatmentKind"] | "">("");
  const survival = useQuery(survivalQuery(kind));
  return (
    <>
      <PageHeader title={t("treatment.survival.title")}>
        <Select
          size="xs"
          aria-label={t("treatment.plan.kind")}
          placeholder={t("treatment.survival.all")}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          data={KINDS.map((value) => ({ value, label: t(`treatment.kind.${value}`) }))}
          value={kind || null}
          onChange={(chosen) => {
            setKind(chosen ?? "");
          }}
        />
      </PageHeader>
      <Section title={t("treatment.survival.plot")}>
        <QueryView
          query={survival}
          empty={t("treatment.survival.nobody")}
          isEmpty={({ steps }) => steps.length < 2}
        >
          {(found) => <Curve survival={found} />}
        </QueryView>
      </Section>
    </>
  );
}

function Curve({ survival: { steps, median_days } }: { survival: Schema["SurvivalOut"] }) {
  const { t } = useTranslation();
  const points = steps.map(({ days, survival, low, high }) => ({
    x: days / DAYS_A_MONTH,
    y: survival,
    low,
    high,
  }));
  const deaths = steps.filter(({ deaths: died }) => died > 0);
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t("treatment.survival.hint")}
      </Text>
      <Plot
        label={t("treatment.survival.plot")}
        series={[{ name: t("treatment.survival.title"), points }]}
        xText={(value) => String(value)}
        steps
        xFromZero
        highest={1}
      />
      <Text size="sm">
        {median_days === null
          ? t("treatment.survival.noMedian")
          : t("treatment.survival.median", { months: months(median_days) })}
      </Text>
      <Table aria-label={t("treatment.survival.atRisk")} maw={520}>
        <Table.Thead>
          <Table.Tr>
            {(["months", "atRisk", "deaths", "title"] as const).map((key) => (
              <Table.Th key={key} scope="col">
                {t(`treatment.survival.${key}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...steps.slice(0, 1), ...deaths].map(({ days, at_risk, deaths: died, survival }) => (
            <Table.Tr key={days}>
              <Table.Td>{months(days)}</Table.Td>
              <Table.Td>{at_risk}</Table.Td>
              <Table.Td>{died}</Table.Td>
              <Table.Td>{survival.toFixed(3)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
