import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Section } from "@/shared/Section";

function said(value: number | null, unit: string): string {
  return value === null ? "–" : `${value.toFixed(1)} ${unit}`;
}

/** The CT dose as the dose report, or the images, state it. */
export function StudyDose({ dose }: { dose: Schema["StudyDoseOut"] }) {
  const { t } = useTranslation();
  const heads = (["protocol", "region", "ctdiVol", "dlp"] as const).map((key) => t(`studies.dose.${key}`));
  return (
    <Section title={t("studies.dose.title")}>
      <Text size="sm">
        {t("studies.dose.said", { ctdiVol: said(dose.ctdi_vol, "mGy"), dlp: said(dose.dlp, "mGy·cm") })}
      </Text>
      <Text size="xs" c="dimmed">
        {t(`studies.dose.from.${dose.source}`)}
      </Text>
      {dose.events.length > 0 && (
        <Table aria-label={t("studies.dose.title")} mt="xs">
          <Table.Thead>
            <Table.Tr>
              {heads.map((head) => (
                <Table.Th key={head} scope="col">
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {dose.events.map(({ protocol, region, ctdi_vol, dlp }, row) => (
              <Table.Tr key={row}>
                <Table.Td>{protocol || "–"}</Table.Td>
                <Table.Td>{region || "–"}</Table.Td>
                <Table.Td>{said(ctdi_vol, "mGy")}</Table.Td>
                <Table.Td>{said(dlp, "mGy·cm")}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
