import { Anchor, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { segmentationQuery } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { cardText } from "@/shared/ai/jobs";

/** The mask's versions: the model's own first, then what doctors made of it. */
export function Versions({ segmentationId }: { segmentationId: number }) {
  const { t } = useTranslation();
  const segmentation = useQuery(segmentationQuery(segmentationId));
  return (
    <Section title={t("ai.versions.title")}>
      <QueryView query={segmentation}>{(found) => <VersionTable segmentation={found} />}</QueryView>
    </Section>
  );
}

function volumeOf(volumes: unknown, segment: number): number | null {
  if (typeof volumes !== "object" || volumes === null) return null;
  const value = (volumes as Record<string, unknown>)[String(segment)];
  return typeof value === "number" ? value : null;
}

function VersionTable({ segmentation }: { segmentation: Schema["SegmentationOut"] }) {
  const { t } = useTranslation();
  const { segments, versions } = segmentation;
  return (
    <Table.ScrollContainer
      type="native"
      minWidth={320}
      tabIndex={0}
      role="group"
      aria-label={t("ai.versions.title")}
    >
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("ai.versions.version")}</Table.Th>
            <Table.Th scope="col">{t("ai.versions.author")}</Table.Th>
            {segments.map((segment) => (
              <Table.Th key={segment.number} scope="col">
                {String(cardText({ ...segment }, "label"))}
              </Table.Th>
            ))}
            <Table.Th scope="col">{t("ai.versions.at")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map(({ version, kind, author, author_name, created_at, volumes_ml }) => (
            <Table.Tr key={version}>
              <Table.Td>
                <Anchor
                  component={Link}
                  to={`/ai/segmentations/${segmentation.id}/versions/${version}`}
                  aria-label={`${t("ai.provenance.open")} ${version}`}
                >
                  {version}
                </Anchor>
              </Table.Td>
              <Table.Td>{author_name || author || t(`ai.versions.${kind}`)}</Table.Td>
              {segments.map(({ number }) => {
                const volume = volumeOf(volumes_ml, number);
                return (
                  <Table.Td key={number}>
                    {volume === null ? t("common.unknown") : t("ai.ml", { value: volume })}
                  </Table.Td>
                );
              })}
              <Table.Td>{dateTime(created_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
