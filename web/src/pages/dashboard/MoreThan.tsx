import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Says how many of a list are not shown. */
export function MoreThan({ shown, count }: { shown: number; count: number }) {
  const { t } = useTranslation();
  if (count <= shown) return null;
  return (
    <Text size="sm" c="dimmed" mt="xs">
      {t("dashboard.more", { count: count - shown })}
    </Text>
  );
}
