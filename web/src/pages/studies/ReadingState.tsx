import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan, useUser } from "@/session/react";
import { HeldStudy } from "@/shared/HeldStudy";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { useReadingHeartbeat } from "@/shared/reading/useReadingHeartbeat";
import { dateTime } from "@/shared/when";

type Status = Schema["ReadingStatus"];

/** The steps a radiologist may take from a state; what another person reads can only be released. */
function stepsFrom(status: Status, mine: boolean): Status[] {
  if (status === "UNREAD") return ["READING", "READ"];
  if (status === "READING") return mine ? ["READ", "UNREAD"] : ["UNREAD"];
  return ["UNREAD"];
}

/** The step's name; back to unread is another word for a study that is being read or was read. */
function labelOf(from: Status, to: Status) {
  if (to === "READING") return "studies.startReading";
  if (to === "READ") return "studies.markRead";
  return from === "READ" ? "studies.reopen" : "studies.release";
}

/** Who reads the study, and the buttons to say so. */
export function ReadingState({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  const queryClient = useQueryClient();
  const [releasing, setReleasing] = useState(false);
  const { reading_status: status, reader, reading_at } = study;
  useReadingHeartbeat(study);
  const change = useMutation({
    mutationFn: ({ next, reason = "" }: { next: Status; reason?: string }) =>
      unwrap(
        api.POST("/api/ris/studies/{study_instance_uid}/reading/", {
          params: { path: { study_instance_uid: study.study_instance_uid } },
          body: { status: next, reason },
        }),
      ),
    onSuccess: () => {
      setReleasing(false);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.studies.all }),
  });
  const mine = reader?.id === user.id;
  const reads = can("write_report") || can("review_ai");
  return (
    <Section title={t("studies.reading")} action={<StatusBadge kind="reading" value={status} />}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {reader && reading_at
            ? t("studies.readBy", {
                name: reader.full_name || reader.username,
                at: dateTime(reading_at),
              })
            : ""}
        </Text>
        {reads && (
          <Group gap="xs">
            {stepsFrom(status, mine).map((next, index) => (
              <Button
                key={next}
                size="xs"
                variant={index === 0 ? "light" : "default"}
                loading={change.isPending && change.variables.next === next}
                disabled={change.isPending}
                onClick={() => {
                  if (status === "READING" && !mine) setReleasing(true);
                  else change.mutate({ next });
                }}
              >
                {t(labelOf(status, next))}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      <HeldStudy
        key={String(releasing)}
        holder={releasing && reader ? reader.full_name || reader.username : null}
        text={t("worklist.releaseText")}
        button={t("studies.release")}
        busy={change.isPending}
        onClose={() => {
          setReleasing(false);
        }}
        onReason={(reason) => {
          change.mutate({ next: "UNREAD", reason });
        }}
      />
    </Section>
  );
}
