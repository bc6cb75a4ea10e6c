import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { useIsStaff } from "@/session/react";
import { dicomTime } from "./format";
import { PreviewImage } from "./PreviewImage";
import { StatusBadge } from "./StatusBadge";
import { calendarDate } from "./when";

interface StudyCardProps {
  study: Schema["StudyOut"];
  /** Where it is not clear from the page whose study it is. */
  named?: boolean;
}

/** A study with its picture, as part of a list. */
export function StudyCard({ study, named }: StudyCardProps) {
  const { t } = useTranslation();
  const clinical = useIsStaff();
  const uid = study.study_instance_uid;
  const name = study.description || t("studies.noDescription");
  const when = study.study_date
    ? `${calendarDate(study.study_date)} ${dicomTime(study.study_time)}`
    : t("studies.noDate");
  return (
    <Group wrap="nowrap" align="flex-start" py={4}>
      <PreviewImage
        path={`/api/ris/studies/${uid}/preview/`}
        alt={t("studies.preview", { name })}
        size="84px"
      />
      <Stack gap={4} miw={0}>
        <Anchor component={Link} to={`/studies/${uid}`} fw={500}>
          {named ? `${study.patient.full_name} · ${name}` : name}
        </Anchor>
        <Group gap={6}>
          {study.modalities.map((modality) => (
            <Badge key={modality} color="gray">
              {modality}
            </Badge>
          ))}
          {clinical && <StatusBadge kind="reading" value={study.reading_status} />}
        </Group>
        <Text size="xs" c="dimmed">
          {`${when} · ${t("studies.counts", { series: study.series_count, images: study.image_count })}`}
        </Text>
      </Stack>
    </Group>
  );
}
