import { Anchor, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { Plot } from "@/shared/plots/Plot";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { calendarDayOf } from "@/shared/days";
import { unitText } from "@/shared/units";
import { LabNumber } from "./LabNumber";
import { rangeText } from "@/shared/lab/rangeText";
import { pointsOf } from "./values";

const MOST = 200;
const LISTED = 20;

/** The course of one analyte with its range, and the values of the plot. */
export function AnalyteTrend({ patient, analyte }: { patient: number; analyte: Schema["AnalyteHistoryOut"] }) {
  const { t } = useTranslation();
  const { code, name, unit } = analyte;
  const values = useQuery({
    queryKey: keys.chart.analyte(patient, code),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/lis/values/", {
          params: { query: { patient, code, page_size: MOST, ordering: "-at" } },
          signal,
        }),
      ),
  });
  const label = [name[currentLanguage()], unitText(unit)].filter(Boolean).join(", ");
  return (
    <QueryView query={values}>
      {({ results }) => {
        const points = pointsOf(results);
        const [latest] = results;
        return (
          <Stack gap="xs">
            {points.length > 0 ? (
              <Plot
                label={label}
                yFromZero={false}
                range={{ low: latest?.low ?? null, high: latest?.high ?? null }}
                xText={calendarDayOf}
                series={[{ name: label, points }]}
              />
            ) : (
              <Text size="sm">{t("chart.laboratory.noNumbers")}</Text>
            )}
            <Table aria-label={label} verticalSpacing={4} maw={640}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("chart.laboratory.at")}</Table.Th>
                  <Table.Th scope="col">{t("chart.laboratory.value")}</Table.Th>
                  <Table.Th scope="col">{t("chart.laboratory.range")}</Table.Th>
                  <Table.Th scope="col">{t("orders.order")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {results.slice(0, LISTED).map((value) => (
                  <Table.Tr key={value.id}>
                    <Table.Td>{dateTime(value.at)}</Table.Td>
                    <Table.Td>
                      <LabNumber value={value} unit={unit} />
                    </Table.Td>
                    <Table.Td>{rangeText(value)}</Table.Td>
                    <Table.Td>
                      <Anchor component={Link} to={`/orders?order=${value.order}`} size="sm">
                        {t("chart.laboratory.openOrder")}
                      </Anchor>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Stack>
        );
      }}
    </QueryView>
  );
}
