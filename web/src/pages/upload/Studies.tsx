import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "@/session/react";
import { Section } from "@/shared/Section";

/** The studies that arrived; they open once the server has put them in order. */
export function Studies({ studies }: { studies: ReadonlyMap<string, number> }) {
  const { t } = useTranslation();
  const can = useCan();
  if (studies.size === 0) return null;
  return (
    <Section title={t("upload.studies")}>
      <Stack gap={6}>
        {[...studies].map(([uid, instances], index) => (
          <Group key={uid} gap="sm">
            {can("view_study") ? (
              <Anchor component={Link} to={`/studies/${uid}`}>
                {t("upload.openStudy", { number: index + 1 })}
              </Anchor>
            ) : (
              <Text>{t("upload.study", { number: index + 1 })}</Text>
            )}
            <Text size="sm" c="dimmed">
              {t("upload.instances", { count: instances })}
            </Text>
            <Text c="dimmed" className="mono" style={{ overflowWrap: "anywhere" }}>
              {uid}
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
