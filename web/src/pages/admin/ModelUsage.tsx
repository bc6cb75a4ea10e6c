import { SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { Plot } from "@/shared/plots/Plot";
import { acceptRate, biasPercent, curvesOf, type Usage } from "./modelUsage";

const MONTHS = 12;

function monthText(value: number): string {
  return new Date(value).toISOString().slice(0, 7);
}

/** How often a model is used, how long it takes, and how far doctors agree with it over time. */
export function ModelUsage({ model }: { model: string }) {
  const { t } = useTranslation();
  const usage = useQuery({
    queryKey: keys.ai.modelUsage(model),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ai/model-settings/{model_id}/usage/", {
          params: { path: { model_id: model }, query: { months: MONTHS } },
          signal,
        }),
      ),
  });
  return (
    <QueryView
      query={usage}
      empty={t("admin.models.noUsage")}
      isEmpty={(rows) => rows.length === 0}
    >
      {(rows) => (
        <Stack>
          <Months rows={rows} />
          <Text size="sm" c="dimmed">
            {t("admin.models.diceHint")}
          </Text>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Curve label={t("admin.models.dice")} rows={rows} value={({ dice }) => dice} />
            <Curve label={t("admin.models.bias")} rows={rows} value={biasPercent} />
            <Curve label={t("admin.models.acceptRate")} rows={rows} value={acceptRate} highest={100} />
            <Curve label={t("admin.models.seconds")} rows={rows} value={({ seconds }) => seconds} />
          </SimpleGrid>
        </Stack>
      )}
    </QueryView>
  );
}

function Months({ rows }: { rows: Usage[] }) {
  const { t } = useTranslation();
  return (
    <Table aria-label={t("admin.models.usage")} verticalSpacing={4} maw={900}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("admin.models.month")}</Table.Th>
          <Table.Th>{t("admin.models.version")}</Table.Th>
          <Table.Th>{t("admin.models.jobs")}</Table.Th>
          <Table.Th>{t("admin.models.failed")}</Table.Th>
          <Table.Th>{t("admin.models.accepted")}</Table.Th>
          <Table.Th>{t("admin.models.diceOf")}</Table.Th>
          <Table.Th>{t("admin.models.bias")}</Table.Th>
          <Table.Th>{t("admin.models.seconds")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={`${row.month} ${row.model_version}`}>
            <Table.Td>{row.month.slice(0, 7)}</Table.Td>
            <Table.Td>{row.model_version}</Table.Td>
            <Table.Td>{row.jobs}</Table.Td>
            <Table.Td>{row.failed}</Table.Td>
            <Table.Td>{`${row.approved} / ${row.approved + row.rejected}`}</Table.Td>
            <Table.Td>{row.dice !== null && `${row.dice.toFixed(3)} (${row.compared})`}</Table.Td>
            <Table.Td>{biasPercent(row)?.toFixed(1)}</Table.Td>
            <Table.Td>{row.seconds?.toFixed(1)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Curve({
  label,
  rows,
  value,
  highest,
}: {
  label: string;
  rows: Usage[];
  value: (row: Usage) => number | null;
  /** Of a share of the whole, which is drawn from 0. */
  highest?: number;
}) {
  const { t } = useTranslation();
  const series = curvesOf(rows, value);
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {series.length > 0 ? (
        <Plot
          label={label}
          series={series}
          xText={monthText}
          {...(highest === undefined ? { yFromZero: false } : { highest })}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t("admin.models.noFigures")}
        </Text>
      )}
    </div>
  );
}
