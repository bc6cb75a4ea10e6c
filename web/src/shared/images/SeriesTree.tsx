import { Accordion, Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { seriesQuery } from "@/api/queries";
import { PreviewImage } from "@/shared/PreviewImage";
import { QueryView } from "@/shared/QueryView";
import { InstanceGrid } from "./InstanceGrid";

type Series = Schema["SeriesOut"];

/** Series with a picture each; opened, all images of one. */
export function SeriesTree({ series }: { series: Series[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Accordion variant="separated" value={open} onChange={setOpen} order={3}>
      {series.map((one) => (
        <Accordion.Item key={one.series_instance_uid} value={one.series_instance_uid}>
          <Accordion.Control>
            <SeriesLine series={one} />
          </Accordion.Control>
          <Accordion.Panel>
            {open === one.series_instance_uid && <Images series={one} />}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function SeriesLine({ series }: { series: Series }) {
  const { t } = useTranslation();
  const name = series.description || t("studies.noDescription");
  return (
    <Group wrap="nowrap">
      <PreviewImage
        path={`/api/ris/series/${series.series_instance_uid}/preview/`}
        alt={t("studies.preview", { name })}
        size="64px"
      />
      <Stack gap={2} miw={0}>
        <Text fw={500} truncate>
          {series.number == null ? name : `${series.number}. ${name}`}
        </Text>
        <Group gap="xs">
          <Badge color="gray">{series.modality}</Badge>
          <Text size="xs" c="dimmed">
            {[series.body_part, t("studies.imageCount", { count: series.images })]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </Group>
      </Stack>
    </Group>
  );
}

function Images({ series }: { series: Series }) {
  const detail = useQuery(seriesQuery(series.series_instance_uid));
  return (
    <QueryView query={detail}>{({ instances }) => <InstanceGrid instances={instances} />}</QueryView>
  );
}
