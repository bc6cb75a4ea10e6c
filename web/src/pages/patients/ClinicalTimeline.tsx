import { Text, Timeline } from "@mantine/core";
import { IconPill, IconStethoscope } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";

const ICONS = { encounter: IconStethoscope, prescription: IconPill };
const KINDS: readonly string[] = ["outpatient", "inpatient", "emergency"] satisfies Schema["EncounterKind"][];

/** Encounters and prescriptions, newest first. */
export function ClinicalTimeline({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const timeline = useQuery({
    queryKey: keys.patients.timeline(patient),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/patients/{id}/timeline/", {
          params: { path: { id: patient } },
          signal,
        }),
      ),
  });
  const detailOf = ({ type, detail }: Schema["TimelineEntryOut"]) =>
    type === "encounter" && KINDS.includes(detail)
      ? t(`patients.encounterKind.${detail as Schema["EncounterKind"]}`)
      : detail;
  return (
    <QueryView
      query={timeline}
      empty={t("patients.noTimeline")}
      isEmpty={(entries) => entries.length === 0}
    >
      {(entries) => (
        <Timeline bulletSize={28} lineWidth={2}>
          {entries.map((entry) => {
            const EntryIcon = ICONS[entry.type];
            return (
              <Timeline.Item
                key={`${entry.type}-${entry.id}`}
                bullet={<EntryIcon size={15} aria-hidden />}
                title={entry.title}
              >
                <Text size="sm">{detailOf(entry)}</Text>
                <Text size="xs" c="dimmed">
                  {`${t(`patients.entry.${entry.type}`)} · ${dateTime(entry.at)}`}
                </Text>
              </Timeline.Item>
            );
          })}
        </Timeline>
      )}
    </QueryView>
  );
}
