import { Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";

type Warning = Schema["WarningOut"];

const SEVERITIES = ["mild", "moderate", "severe", "major", "contraindicated"] as const;
const GRAVE = new Set(["severe", "major", "contraindicated"]);

/** What speaks against a drug: what it is about, how bad, and by which source. */
export function WarningList({ warnings }: { warnings: Warning[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      {warnings.map(({ code, kind, about, severity, effect, effect_ko, source }) => {
        const harm = currentLanguage() === "ko" ? effect_ko || effect : effect;
        const grade = SEVERITIES.find((each) => each === severity);
        return (
          <Group key={code} gap={6}>
            <Badge size="sm" color={GRAVE.has(severity) || kind === "allergy" ? "red" : "orange"}>
              {t(`chart.warning.${kind}`)}
            </Badge>
            <Text size="sm">
              {[about, grade && t(`chart.warning.severity.${grade}`), harm].filter(Boolean).join(" · ")}
            </Text>
            {source && (
              <Text size="xs" c="dimmed">
                {source}
              </Text>
            )}
          </Group>
        );
      })}
    </Stack>
  );
}
