import { Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useJobTypeName } from "./jobTypes";
import { StatusBadge } from "./StatusBadge";
import { dateTime } from "./when";

/** An order in two lines: what, for whom when `named`, and how far it is. */
export function OrderLine({ order, named }: { order: Schema["OrderOut"]; named?: boolean }) {
  const { t } = useTranslation();
  const examination = useJobTypeName()(order.job_type);
  const what = named ? `${order.patient.full_name} · ${examination}` : examination;
  return (
    <Group justify="space-between" wrap="nowrap" w="100%">
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={500} truncate>
          {what}
        </Text>
        <Text size="xs" c="dimmed">
          {`${t(`status.jobRole.${order.job_role}`)} · ${dateTime(order.ordered_at)} · ${order.ordered_by_name}`}
        </Text>
      </Stack>
      <Group gap={6} wrap="nowrap">
        {order.overdue && <Badge color="red">{t("orders.overdue")}</Badge>}
        {order.priority && order.priority !== "routine" && (
          <StatusBadge kind="priority" value={order.priority} />
        )}
        {order.status && <StatusBadge kind="order" value={order.status} />}
      </Group>
    </Group>
  );
}
