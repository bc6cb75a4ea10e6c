import { Spoiler, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useCan, useUser } from "@/session/react";
import type { Field } from "@/shared/forms/fields";
import { dateTime } from "@/shared/when";
import { chartQuery } from "@/shared/chart/api";
import { ChartSection } from "@/shared/chart/ChartSection";

const ENCOUNTERS = 50;

function useFields(patient: number): Field[] {
  const { t } = useTranslation();
  const can = useCan();
  const encounters = useQuery({
    ...chartQuery("encounters", { patient, page_size: ENCOUNTERS }),
    enabled: can("edit_encounter"),
  });
  const options = (encounters.data?.results ?? []).map(({ id, kind, started_at }) => ({
    value: String(id),
    label: `${t(`patients.encounterKind.${kind}`)} ${dateTime(started_at)}`,
  }));
  return [
    { name: "title", label: t("chart.notes.heading"), type: "text", required: true, maxLength: 200 },
    { name: "encounter", label: t("chart.notes.encounter"), type: "select", options },
    { name: "text", label: t("chart.notes.text"), type: "lines", required: true, maxLength: 100_000 },
  ];
}

/** Notes are signed as they are written; only the author corrects them, and what they were stays. */
export function Notes({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const { id: me } = useUser();
  return (
    <ChartSection
      kind="notes"
      patient={patient}
      title={t("chart.notes.title")}
      add={t("chart.notes.add")}
      empty={t("chart.notes.empty")}
      needs="edit_encounter"
      fields={useFields(patient)}
      nameOf={(row) => row.title}
      mayChange={(row) => row.recorded_by === me}
      complete={({ encounter, ...body }) =>
        encounter === undefined ? body : { ...body, encounter: encounter === "" ? null : Number(encounter) }
      }
      columns={[
        {
          key: "note",
          header: t("chart.notes.title"),
          lead: true,
          render: ({ title, text }) => (
            <>
              <Text size="sm" fw={600}>
                {title}
              </Text>
              <Spoiler maxHeight={96} showLabel={t("chart.notes.more")} hideLabel={t("chart.notes.less")}>
                <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  {text}
                </Text>
              </Spoiler>
            </>
          ),
        },
        { key: "by", header: t("chart.by"), render: (row) => row.recorded_by_name },
        {
          key: "signed",
          header: t("chart.notes.signed"),
          render: ({ signed_at, version }) => (
            <>
              <Text size="sm">{dateTime(signed_at)}</Text>
              {version > 1 && (
                <Text size="xs" c="dimmed">
                  {t("chart.notes.version", { version })}
                </Text>
              )}
            </>
          ),
        },
      ]}
    />
  );
}
