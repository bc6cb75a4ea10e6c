import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { modelName } from "@/shared/ai/jobs";
import { dicomTime, personName } from "@/shared/format";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";

interface DerivedSeriesProps {
  title: string;
  series: Schema["DerivedSeriesOut"][];
}

/** Objects about the images, newest first: what, by whom, when, and whether still valid. */
export function DerivedSeries({ title, series }: DerivedSeriesProps) {
  if (series.length === 0) return null;
  const objects = series.flatMap((one) => one.objects.map((object) => ({ object, series: one })));
  objects.sort((a, b) => madeAt(b.object).localeCompare(madeAt(a.object)));
  return (
    <Section title={title}>
      <Stack gap="xs" role="list" aria-label={title}>
        {objects.map(({ object, series: of }) => (
          <DerivedObject key={object.sop_instance_uid} object={object} series={of} />
        ))}
      </Stack>
    </Section>
  );
}

const madeAt = ({ content_date, content_time }: Schema["DerivedObjectOut"]) =>
  `${content_date ?? ""}${content_time}`;

interface DerivedObjectProps {
  object: Schema["DerivedObjectOut"];
  series: Schema["DerivedSeriesOut"];
}

function DerivedObject({ object, series }: DerivedObjectProps) {
  const { t } = useTranslation();
  const can = useCan();
  const { model, author, approved_by, content_date, content_time, version, job } = object;
  const name = series.description || t("studies.noDescription");
  const facts = [
    model && t("studies.object.model", { name: modelName(model), version: model.version }),
    author && t("studies.object.by", { name: personName(author) }),
    approved_by && t("studies.object.approvedBy", { name: approved_by }),
    content_date && `${calendarDate(content_date)} ${dicomTime(content_time)}`.trim(),
  ];
  return (
    <Stack gap={2} role="listitem">
      <Group gap="xs">
        <Badge color="gray">{series.modality}</Badge>
        {job !== null && can("request_ai") ? (
          <Anchor component={Link} to={`/ai/jobs/${job}`} size="sm">
            {name}
          </Anchor>
        ) : (
          <Text size="sm">{name}</Text>
        )}
        {version !== null && <Text size="sm">{t("studies.object.version", { version })}</Text>}
        {object.superseded && <Badge color="orange">{t("studies.object.superseded")}</Badge>}
      </Group>
      <Text size="xs" c="dimmed">
        {facts.filter(Boolean).join(" · ")}
      </Text>
    </Stack>
  );
}
