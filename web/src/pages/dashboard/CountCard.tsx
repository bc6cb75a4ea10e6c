import { Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { errorText } from "@/shared/toasts";
import classes from "./CountCard.module.css";
import { REFRESH_MS } from "./refresh";

export interface CountCardProps {
  name: string;
  label: string;
  icon: Icon;
  to: string;
  count: (signal: AbortSignal) => Promise<number>;
  /** More than none is a matter of concern. */
  alarming?: boolean;
}

/** How many of something wait, and the way there. */
export function CountCard({ name, label, icon: CardIcon, to, count, alarming }: CountCardProps) {
  const counted = useQuery({
    queryKey: keys.count(name),
    queryFn: ({ signal }) => count(signal),
    staleTime: 0,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Paper
      component={Link}
      to={to}
      withBorder
      p="md"
      className={classes.card}
      data-alarming={(alarming && (counted.data ?? 0) > 0) || undefined}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start" h="100%">
        <Stack gap={2} miw={0} h="100%" justify="space-between">
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          {counted.isPending && <Skeleton w={48} h={32} />}
          {counted.isError && <Text size="sm">{errorText(asApiError(counted.error))}</Text>}
          {counted.isSuccess && (
            <Text className={classes.count}>{counted.data.toLocaleString()}</Text>
          )}
        </Stack>
        <CardIcon size={22} stroke={1.5} aria-hidden className={classes.icon} />
      </Group>
    </Paper>
  );
}
