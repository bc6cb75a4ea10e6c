import { Anchor, Code, Drawer, Group, Stack, Text, Timeline, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { OrderActions } from "./OrderActions";
import type { Order, OrderStatus } from "./steps";

interface OrderDrawerProps {
  id: number | null;
  onClose: () => void;
}

export function OrderDrawer({ id, onClose }: OrderDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      title={t("orders.detail")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {id !== null && <Detail key={id} id={id} />}
    </Drawer>
  );
}

function Detail({ id }: { id: number }) {
  const { t } = useTranslation();
  const order = useQuery({
    queryKey: keys.orders.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ocs/orders/{id}/", { params: { path: { id } }, signal })),
  });
  return (
    <QueryView query={order} rows={5}>
      {(data) => (
        <Stack>
          <Facts order={data} />
          <Result order={data} />
          <OrderActions order={data} />
          <div>
            <Title order={3} size="h6" mb="sm">
              {t("orders.history")}
            </Title>
            <History id={id} />
          </div>
        </Stack>
      )}
    </QueryView>
  );
}

function Facts({ order }: { order: Order }) {
  const { t } = useTranslation();
  const can = useCan();
  const jobTypeName = useJobTypeName();
  const { patient, job_role, job_type, status = "ORDERED", priority = "routine" } = order;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <StatusBadge kind="order" value={status} />
        <StatusBadge kind="priority" value={priority} />
      </Group>
      <Text fw={600}>{`${t(`status.jobRole.${job_role}`)} · ${jobTypeName(job_type)}`}</Text>
      {can("view_patient") ? (
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm">
          {`${patient.full_name} · ${patient.patient_id}`}
        </Anchor>
      ) : (
        <Text size="sm">{`${patient.full_name} · ${patient.patient_id}`}</Text>
      )}
      <Text size="sm" c="dimmed">
        {`${order.ordered_by_name} · ${dateTime(order.ordered_at)}`}
      </Text>
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

function Result({ order: { result } }: { order: Order }) {
  const { t } = useTranslation();
  if (!result || Object.keys(result).length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb="xs">
        {t("orders.result")}
      </Title>
      <Stack gap={4}>
        {Object.entries(result).map(([name, value]) => (
          <Group key={name} gap="sm" wrap="nowrap" align="flex-start">
            <Text size="sm" c="dimmed" w={130} style={{ flexShrink: 0, overflowWrap: "anywhere" }}>
              {name}
            </Text>
            {typeof value === "string" || typeof value === "number" ? (
              <Text size="sm">{value}</Text>
            ) : (
              <Code block flex={1} tabIndex={0}>
                {JSON.stringify(value, null, 1)}
              </Code>
            )}
          </Group>
        ))}
      </Stack>
    </div>
  );
}

function History({ id }: { id: number }) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: keys.orders.history(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ocs/orders/{id}/history/", {
          params: { path: { id }, query: { page_size: 200 } },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={history}>
      {({ results }) => (
        <Timeline bulletSize={14} lineWidth={2} active={results.length}>
          {results.map(({ id: row, to_status, actor_name, at, reason }) => (
            <Timeline.Item key={row} title={t(`status.order.${to_status as OrderStatus}`)}>
              <Text size="xs" c="dimmed">{`${actor_name} · ${dateTime(at)}`}</Text>
              {reason && <Text size="sm">{reason}</Text>}
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </QueryView>
  );
}
