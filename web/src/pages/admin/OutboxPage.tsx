import { Badge, Button, Code, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { PageHeader } from "@/shared/PageHeader";
import { showSuccess } from "@/shared/toasts";
import { exactTime } from "@/shared/when";
import { Queues, REFRESH_MS } from "./Queues";

type Event = Schema["OutboxEventOut"];
type Status = Schema["OutboxStatus"];

const STATUSES = ["PENDING", "DONE", "DEAD"] as const satisfies Status[];
const COLORS: Record<Status, string> = { PENDING: "yellow", DONE: "teal", DEAD: "red" };

export default function OutboxPage() {
  const { t } = useTranslation();
  const [status, setStatus] = useState<Status | "all">("all");
  const [page, setPage] = useState(1);
  const events = useQuery({
    queryKey: keys.outbox.list(status, page),
    queryFn: ({ signal }) => {
      const query = { page, page_size: PAGE_SIZE, ...(status !== "all" && { status }) };
      return unwrap(api.GET("/api/ops/outbox/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("admin.outbox.title")} subtitle={t("admin.outbox.subtitle")} />
      <Stack>
        <Queues />
        <SegmentedControl
          aria-label={t("admin.outbox.status")}
          value={status}
          onChange={(value) => {
            setStatus(value);
            setPage(1);
          }}
          data={[
            { value: "all" as const, label: t("common.all") },
            ...STATUSES.map((value) => ({ value, label: t(`admin.outbox.state.${value}`) })),
          ]}
          w="fit-content"
        />
        <DataTable
          label={t("admin.outbox.events")}
          query={events}
          columns={columns}
          rowKey={({ id }) => id}
          empty={t("admin.outbox.empty")}
          page={page}
          onPage={setPage}
        />
      </Stack>
    </>
  );
}

function useColumns(): Column<Event>[] {
  const { t } = useTranslation();
  return [
    {
      key: "topic",
      header: t("admin.outbox.event"),
      lead: true,
      render: ({ id, topic, handler }) => (
        <div>
          <Text size="sm">{`#${id} ${topic}`}</Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {handler}
          </Text>
        </div>
      ),
    },
    {
      key: "status",
      header: t("admin.outbox.status"),
      render: ({ status = "PENDING" }) => (
        <Badge color={COLORS[status]} tt="none">
          {t(`admin.outbox.state.${status}`)}
        </Badge>
      ),
    },
    {
      key: "aggregate",
      header: t("admin.outbox.aggregate"),
      render: ({ aggregate }) => (
        <Text className="mono" maw={200} style={{ overflowWrap: "anywhere" }}>
          {aggregate}
        </Text>
      ),
    },
    { key: "queue", header: t("admin.outbox.queue"), render: ({ queue }) => <Code>{queue}</Code> },
    { key: "attempts", header: t("admin.outbox.attempts"), render: ({ attempts }) => attempts ?? 0 },
    {
      key: "at",
      header: t("admin.outbox.at"),
      render: ({ status, created_at, done_at, next_attempt_at }) => (
        <div>
          <Text size="sm">{exactTime(created_at)}</Text>
          {status !== "DEAD" && (
            <Text size="xs" c="dimmed">
              {done_at
                ? t("admin.outbox.doneAt", { at: exactTime(done_at) })
                : t("admin.outbox.nextAt", { at: exactTime(next_attempt_at) })}
            </Text>
          )}
        </div>
      ),
    },
    { key: "error", header: t("admin.outbox.error"), render: (event) => <LastError event={event} /> },
  ];
}

function LastError({ event }: { event: Event }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const redrive = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ops/outbox/{event_id}/redrive/", {
          params: { path: { event_id: event.id } },
        }),
      ),
    onSuccess: () => {
      showSuccess(t("admin.outbox.redriven", { id: event.id }));
      void client.invalidateQueries({ queryKey: keys.outbox.all });
      void client.invalidateQueries({ queryKey: keys.queues });
    },
  });
  const { last_error, last_error_code, status } = event;
  return (
    <Group gap="xs">
      {last_error && (
        <Text size="xs" maw={260} style={{ overflowWrap: "anywhere" }}>
          {[last_error_code, last_error].filter(Boolean).join(" · ")}
        </Text>
      )}
      {status === "DEAD" && (
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          aria-label={t("admin.outbox.redriveOne", { id: event.id })}
          loading={redrive.isPending}
          onClick={() => {
            redrive.mutate();
          }}
        >
          {t("admin.outbox.redrive")}
        </Button>
      )}
    </Group>
  );
}
