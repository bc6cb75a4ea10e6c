import { Group, Stack, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface PageHeaderProps {
  /** Shown as the heading; may name a patient. */
  title: string;
  /** Shown in the tab and kept in the browser's history: never names a patient. */
  tab?: string;
  subtitle?: ReactNode;
  children?: ReactNode;
}

export function PageHeader({ title, tab = title, subtitle, children }: PageHeaderProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${tab} · ${t("common.product")}`;
  }, [tab, t]);
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <Stack gap={2}>
        <Title order={1} size="h3">
          {title}
        </Title>
        {subtitle && (
          <Text component="div" size="sm" c="dimmed">
            {subtitle}
          </Text>
        )}
      </Stack>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
