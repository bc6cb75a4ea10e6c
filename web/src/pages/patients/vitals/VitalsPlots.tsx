import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { Plot } from "@/shared/plots/Plot";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDayOf } from "@/shared/days";
import { unitText } from "@/shared/units";
import { useMeasureName } from "@/shared/vitals/measures";
import { chartsOf, type Chart } from "./trends";

/** The course of each measure with the reference range of the patient's age. */
export function VitalsPlots({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const trends = useQuery({
    queryKey: keys.chart.trends(patient),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/patients/{id}/trends/", { params: { path: { id: patient } }, signal })),
  });
  return (
    <Section title={t("chart.vitals.trends")}>
      <QueryView query={trends} empty={t("chart.vitals.empty")} isEmpty={(found) => found.length === 0}>
        {(found) => (
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            {chartsOf(found).map((chart) => (
              <One key={chart.key} chart={chart} />
            ))}
          </SimpleGrid>
        )}
      </QueryView>
    </Section>
  );
}

function One({ chart: { key, unit, trends, range } }: { chart: Chart }) {
  const { t } = useTranslation();
  const nameOf = useMeasureName();
  const title = trends.length > 1 ? t("chart.vitals.bloodPressure") : nameOf(key);
  const label = [title, unitText(unit)].filter(Boolean).join(", ");
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Plot
        label={label}
        yFromZero={false}
        range={range}
        xText={calendarDayOf}
        series={trends.map(({ measure, points }) => ({
          name: nameOf(measure),
          points: points.map(({ at, value }) => ({ x: Date.parse(at), y: value })),
        }))}
      />
    </div>
  );
}
