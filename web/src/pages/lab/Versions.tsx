import { Accordion, Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LabResult } from "@/shared/lab/LabResult";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import type { Version } from "./data";

const COLORS = { ENTERED: "blue", RETURNED: "orange", VERIFIED: "teal", SUPERSEDED: "gray" } as const;

/** Every version of the result, newest first: who entered, verified or returned it, and why. */
export function Versions({ versions }: { versions: Version[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t("lab.versions.title")}>
      <Accordion variant="separated">
        {versions.toReversed().map((version) => (
          <Accordion.Item key={version.id} value={String(version.id)}>
            <Accordion.Control>
              <Group gap="sm">
                <Text size="sm" fw={600}>
                  {t("lab.versions.number", { number: version.number })}
                </Text>
                <Badge color={COLORS[version.state ?? "ENTERED"]}>
                  {t(`lab.versions.state.${version.state ?? "ENTERED"}`)}
                </Badge>
                <Text size="xs" c="dimmed">
                  {`${t(`lab.source.${version.source}`)} · ${version.entered_by_name} · ${dateTime(version.entered_at)}`}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm">
                <Words version={version} />
                <LabResult result={version.values} />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Section>
  );
}

function Words({ version }: { version: Version }) {
  const { t } = useTranslation();
  const { reason, verified_at, verified_by_name, returned_at, returned_by_name, return_reason } = version;
  const sender = t("lab.versions.bySender");
  return (
    <>
      {reason && <Text size="sm">{t("lab.versions.reason", { reason })}</Text>}
      {verified_at && (
        <Text size="sm">
          {t("lab.versions.verified", { name: verified_by_name ?? sender, at: dateTime(verified_at) })}
        </Text>
      )}
      {returned_at && (
        <Text size="sm" c="orange">
          {`${t("lab.versions.returned", { name: returned_by_name, at: dateTime(returned_at) })} · ${return_reason}`}
        </Text>
      )}
    </>
  );
}
