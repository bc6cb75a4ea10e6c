import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { curvesQuery } from "./data";
import { Plot } from "@/shared/plots/Plot";

const dayText = (value: number) => calendarDate(new Date(value).toISOString().slice(0, 10));

/** Volumes of approved segmentations and the sums of the entered diameters, over time. */
export function Curves({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const curves = useQuery(curvesQuery(patient));
  return (
    <Section title={t("treatment.curves")}>
      <QueryView query={curves}>
        {({ volumes, diameters }) => {
          const byLabel = new Map<string, { x: number; y: number }[]>();
          for (const { on, label, label_ko, volume_ml } of volumes ?? []) {
            const name = currentLanguage() === "ko" ? label_ko : label;
            byLabel.set(name, [...(byLabel.get(name) ?? []), { x: Date.parse(on), y: volume_ml }]);
          }
          const series = [...byLabel].map(([name, points]) => ({ name, points }));
          const sums = diameters.flatMap(({ on, sum_mm2 }) =>
            sum_mm2 === null ? [] : [{ x: Date.parse(on), y: sum_mm2 }],
          );
          return (
            <Stack>
              {volumes && (
                <Part label={t("treatment.curve.volume")} empty={t("treatment.curve.noVolumes")} series={series} />
              )}
              <Part
                label={t("treatment.curve.sum")}
                empty={t("treatment.curve.noSums")}
                series={sums.length > 0 ? [{ name: t("treatment.response.sum"), points: sums }] : []}
              />
            </Stack>
          );
        }}
      </QueryView>
    </Section>
  );
}

interface PartProps {
  label: string;
  empty: string;
  series: { name: string; points: { x: number; y: number }[] }[];
}

function Part({ label, empty, series }: PartProps) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {series.length > 0 ? (
        <Plot label={label} series={series} xText={dayText} />
      ) : (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      )}
    </div>
  );
}
