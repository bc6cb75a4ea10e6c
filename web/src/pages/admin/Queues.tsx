import { Paper, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { QueryView } from "@/shared/QueryView";

export const REFRESH_MS = 5000;

/** What waits: one number per queue and state. */
export function Queues() {
  const { t } = useTranslation();
  const queues = useQuery({
    queryKey: keys.queues,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ops/queues/", { signal })),
    refetchInterval: REFRESH_MS,
  });
  return (
    <QueryView query={queues} rows={2}>
      {({ outbox, queues: all }) => (
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 7 }} spacing="sm">
          <Count name={t("admin.outbox.state.PENDING")} value={outbox.pending} />
          <Count name={t("admin.outbox.state.DONE")} value={outbox.done} />
          <Count name={t("admin.outbox.state.DEAD")} value={outbox.dead} bad={outbox.dead > 0} />
          <Count name={t("admin.outbox.oldest")} value={outbox.oldest_pending_s} unit="second" />
          {all.map(({ name, waiting }) => (
            <Count key={name} name={name} value={waiting} />
          ))}
        </SimpleGrid>
      )}
    </QueryView>
  );
}

interface CountProps {
  name: string;
  value: number | null;
  unit?: string;
  bad?: boolean;
}

function Count({ name, value, unit, bad }: CountProps) {
  const format = new Intl.NumberFormat(currentLanguage(), {
    maximumFractionDigits: 0,
    ...(unit && { style: "unit", unit }),
  });
  return (
    <Paper withBorder p="sm">
      <Text size="xs" c="dimmed" truncate title={name}>
        {name}
      </Text>
      <Text fz="xl" fw={600} c={bad ? "var(--mantine-color-error)" : undefined}>
        {value === null ? "–" : format.format(value)}
      </Text>
    </Paper>
  );
}
