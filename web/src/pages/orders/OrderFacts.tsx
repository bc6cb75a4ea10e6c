import { Anchor, Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "@/session/react";
import { useJobTypeName } from "@/shared/jobTypes";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { useSite } from "./useSite";
import type { Order } from "./steps";

/** What was ordered, for whom, by whom, and until when. */
export function OrderFacts({ order }: { order: Order }) {
  const { t } = useTranslation();
  const can = useCan();
  const jobTypeName = useJobTypeName();
  const site = useSite()(order);
  const { patient, job_role, job_type, status = "ORDERED", priority = "routine" } = order;
  const name = `${patient.full_name} · ${patient.patient_id}`;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <StatusBadge kind="order" value={status} />
        <StatusBadge kind="priority" value={priority} />
        {order.overdue && <Badge color="red">{t("orders.overdue")}</Badge>}
      </Group>
      <Text fw={600}>
        {[t(`status.jobRole.${job_role}`), jobTypeName(job_type), site].filter(Boolean).join(" · ")}
      </Text>
      {can("view_patient") ? (
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm">
          {name}
        </Anchor>
      ) : (
        <Text size="sm">{name}</Text>
      )}
      <Text size="sm" c="dimmed">
        {`${order.ordered_by_name} · ${dateTime(order.ordered_at)}`}
      </Text>
      {order.due_at && (
        <Text size="sm" c={order.overdue ? "red" : undefined}>
          {`${t("orders.due")}: ${dateTime(order.due_at)}`}
        </Text>
      )}
      <Text c="dimmed" className="mono">
        {order.accession_number}
      </Text>
      {order.clinical_info && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {order.clinical_info}
        </Text>
      )}
    </Stack>
  );
}
