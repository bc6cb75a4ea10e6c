import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { studyQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { dicomTime } from "@/shared/format";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";

/** The studies that arrived; they open once the server has put them in order. */
export function Studies({ studies }: { studies: ReadonlyMap<string, number> }) {
  const { t } = useTranslation();
  if (studies.size === 0) return null;
  return (
    <Section title={t("upload.studies")}>
      <Stack gap={6}>
        {[...studies].map(([uid, instances], index) => (
          <Group key={uid} gap="sm">
            <StudyName uid={uid} number={index + 1} />
            <Text size="sm" c="dimmed">
              {t("upload.instances", { count: instances })}
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

const POLL_MS = 2000;
const POLLS = 15;

/** By description and date; by its place in the upload while nothing is known of it, or for ever. */
function StudyName({ uid, number }: { uid: string; number: number }) {
  const { t } = useTranslation();
  const sees = useCan()("view_study");
  const study = useQuery({
    ...studyQuery(uid),
    enabled: sees,
    retry: false,
    meta: { quiet: true },
    refetchInterval: ({ state }) =>
      !state.data && state.errorUpdateCount < POLLS ? POLL_MS : false,
  });
  if (!study.data) {
    const name = t("upload.study", { number });
    return sees ? <Opening uid={uid} name={name} /> : <Text>{name}</Text>;
  }
  const { description, study_date: date, study_time: time, patient } = study.data;
  const name = [
    description || t("studies.noDescription"),
    date ? `${calendarDate(date)} ${dicomTime(time)}`.trim() : t("studies.noDate"),
    patient.full_name,
  ];
  return <Opening uid={uid} name={name.join(" · ")} />;
}

function Opening({ uid, name }: { uid: string; name: string }) {
  return (
    <Anchor component={Link} to={`/studies/${uid}`}>
      {name}
    </Anchor>
  );
}
