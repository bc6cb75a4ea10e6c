import { Badge, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { REFRESH_MS } from "./refresh";

const COLORS = { ok: "teal", failing: "red", timeout: "red" } as const;

/** Which components of the system answer. */
export function Health() {
  const { t } = useTranslation();
  const health = useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ops/health/", { signal })),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title={t("dashboard.health")}>
      <QueryView query={health}>
        {({ checks }) => (
          <Group gap="xs" role="list" aria-label={t("dashboard.health")}>
            {checks.map(({ name, status }) => (
              <Group key={name} gap={6} role="listitem">
                <Text size="sm">{name}</Text>
                <Badge color={COLORS[status]}>{t(`dashboard.healthOf.${status}`)}</Badge>
              </Group>
            ))}
          </Group>
        )}
      </QueryView>
    </Section>
  );
}
