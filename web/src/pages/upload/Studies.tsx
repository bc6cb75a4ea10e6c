import { Anchor, Group, Loader, Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { uploadStatusQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import type { UploadedStudy, UploadView } from "./queue";

/** The studies that arrived, by description and date; one opens once it is in the index. */
export function Studies({ view }: { view: UploadView }) {
  const { t } = useTranslation();
  const asked = useQueries({ queries: view.waiting.map(uploadStatusQuery) });
  const studies = new Map(view.details);
  for (const { data } of asked) {
    for (const study of data?.studies ?? []) studies.set(study.study_instance_uid, study);
  }
  if (studies.size === 0) return null;
  return (
    <Section title={t("upload.studies")}>
      <Stack gap={6}>
        {[...studies].map(([uid, study], index) => (
          <Group key={uid} gap="sm">
            <Name study={study} number={index + 1} />
            <Text size="sm" c="dimmed">
              {t("upload.instances", { count: view.studies.get(uid) ?? study.instances })}
            </Text>
            {!study.indexed && (
              <Group gap={6} role="status">
                <Loader size={14} aria-hidden />
                <Text size="sm">{t("upload.indexing")}</Text>
              </Group>
            )}
            {study.unfiled > 0 && (
              <Text size="sm" c="var(--mantine-color-error)">
                {t("upload.unfiled", { count: study.unfiled })}
              </Text>
            )}
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

/** A study that is not visible to its sender waits for its patient: it has no page yet. */
function Name({ study, number }: { study: UploadedStudy; number: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const visible = study.modality !== null;
  const parts = [
    study.description || (visible ? study.modality : null) || t("upload.study", { number }),
    study.study_date ? calendarDate(study.study_date) : null,
  ];
  const text = parts.filter(Boolean).join(" · ");
  if (!visible || !can("view_study")) return <Text>{text}</Text>;
  return (
    <Anchor component={Link} to={`/studies/${study.study_instance_uid}`}>
      {text}
    </Anchor>
  );
}
