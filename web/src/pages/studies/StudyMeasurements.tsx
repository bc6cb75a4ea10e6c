import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";

type Trend = Schema["MeasurementTrendOut"];

const UNITS: Record<string, string> = { mm2: "mm²", cm2: "cm²", mm3: "mm³", cm3: "cm³" };

/** Sizes that persons measured, with those of the patient's earlier studies. */
export function StudyMeasurements({ study }: { study: string }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: keys.measurements(study),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ris/studies/{study_instance_uid}/measurements/", {
          params: { path: { study_instance_uid: study } },
          signal,
        }),
      ),
  });
  if (found.data?.length === 0) return null;
  return (
    <Section title={t("studies.measurements.title")}>
      <QueryView query={found} rows={2}>
        {(trends) => <Trends trends={trends} />}
      </QueryView>
    </Section>
  );
}

function Trends({ trends }: { trends: Trend[] }) {
  const { t } = useTranslation();
  const heads = (["name", "values", "change"] as const).map((key) => t(`studies.measurements.${key}`));
  return (
      <Table aria-label={t("studies.measurements.title")}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {trends.map((trend) => (
            <Table.Tr key={`${trend.of} ${trend.name} ${trend.unit}`}>
              <Table.Td>{[trend.of, trend.name].filter(Boolean).join(" · ")}</Table.Td>
              <Table.Td>
                {trend.studies.map((one) => (
                  <Text size="sm" key={one.study_instance_uid}>
                    {one.study_date ? calendarDate(one.study_date) : t("studies.noDate")}: {size(one.value)}{" "}
                    {UNITS[trend.unit] ?? trend.unit}
                    {one.measurements > 1 &&
                      ` ${t("studies.measurements.largest", { count: one.measurements })}`}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td>{trend.change_percent === null ? "–" : change(trend.change_percent)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
  );
}

function size(value: number): string {
  return value.toFixed(1);
}

function change(percent: number): string {
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)} %`;
}
