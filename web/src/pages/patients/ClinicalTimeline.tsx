import { Text, Timeline } from "@mantine/core";
import {
  IconAlertTriangle,
  IconClipboardList,
  IconHeartbeat,
  IconListDetails,
  IconNotes,
  IconPill,
  IconStethoscope,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";

const ICONS = {
  encounter: IconStethoscope,
  prescription: IconPill,
  vitals: IconHeartbeat,
  allergy: IconAlertTriangle,
  problem: IconListDetails,
  note: IconNotes,
  order: IconClipboardList,
};
type Known = keyof typeof ICONS;
const isKnown = (type: string): type is Known => type in ICONS;
const KINDS: readonly string[] = ["outpatient", "inpatient", "emergency"] satisfies Schema["EncounterKind"][];

/** What happened to a patient, newest first; kinds that this page has no words for are left out. */
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
      isEmpty={({ results }) => results.length === 0}
    >
      {({ results }) => (
        <Timeline bulletSize={28} lineWidth={2}>
          {results.map((entry) => {
            const { type } = entry;
            if (!isKnown(type)) return null;
            const EntryIcon = ICONS[type];
            return (
              <Timeline.Item
                key={`${entry.type}-${entry.id}`}
                bullet={<EntryIcon size={15} aria-hidden />}
                title={entry.title || t(`patients.entry.${type}`)}
              >
                <Text size="sm">{detailOf(entry)}</Text>
                <Text size="xs" c="dimmed">
                  {`${t(`patients.entry.${type}`)} · ${dateTime(entry.at)}`}
                </Text>
              </Timeline.Item>
            );
          })}
        </Timeline>
      )}
    </QueryView>
  );
}
