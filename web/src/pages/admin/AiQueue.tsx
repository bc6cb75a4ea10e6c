import { Badge, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { modelName } from "@/shared/ai/jobs";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { EndButton } from "@/shared/EndButton";
import { FieldForm } from "@/shared/forms/FieldForm";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { showSuccess } from "@/shared/toasts";
import { exactTime } from "@/shared/when";
import { REFRESH_MS } from "./Queues";

type Queued = Schema["QueuedOut"];
type Setting = Schema["QueueSettingOut"];

/** What runs and what waits, in the order in which it will run; and how much one person may ask. */
export function AiQueue() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = { page, page_size: PAGE_SIZE };
  const queue = useQuery({
    queryKey: keys.ai.queue(page),
    queryFn: ({ signal }) => unwrap(api.GET("/api/ai/queue/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Stack>
      <DataTable
        label={t("admin.aiQueue.label")}
        query={queue}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("admin.aiQueue.empty")}
        page={page}
        onPage={setPage}
      />
      <Limit />
    </Stack>
  );
}

function useColumns(): Column<Queued>[] {
  const { t } = useTranslation();
  return [
    {
      key: "place",
      header: t("admin.aiQueue.place"),
      render: ({ status, outlook }) =>
        status === "PROCESSING" ? (
          <Badge color="yellow" tt="none">
            {t("admin.aiQueue.running")}
          </Badge>
        ) : (
          outlook.place
        ),
    },
    {
      key: "model",
      header: t("admin.aiQueue.model"),
      lead: true,
      render: ({ model }) => (
        <Text size="sm">{t("ai.modelVersion", { name: modelName(model), version: model.version })}</Text>
      ),
    },
    {
      key: "by",
      header: t("admin.aiQueue.by"),
      render: ({ requested_by, requested_by_name }) => (
        <Text size="sm">{requested_by_name || requested_by}</Text>
      ),
    },
    {
      key: "urgency",
      header: t("admin.aiQueue.urgency"),
      render: ({ urgency = "routine" }) => <StatusBadge kind="priority" value={urgency} />,
    },
    {
      key: "at",
      header: t("admin.aiQueue.at"),
      render: ({ created_at }) => <Text size="sm">{exactTime(created_at)}</Text>,
    },
    {
      key: "wait",
      header: t("admin.aiQueue.wait"),
      render: ({ outlook: { expected_wait_s: seconds } }) =>
        seconds !== null && t("admin.aiQueue.seconds", { seconds: Math.round(seconds) }),
    },
    {
      key: "cancel",
      header: t("chart.do"),
      render: ({ id }) => (
        <EndButton
          label={t("admin.aiQueue.cancel")}
          ariaLabel={t("admin.aiQueue.cancelOne", { id })}
          ended={t("admin.aiQueue.cancelled")}
          stale={[keys.ai.all]}
          end={() =>
            unwrap(api.POST("/api/ai/queue/{job_id}/cancel/", { params: { path: { job_id: id } } }))
          }
        />
      ),
    },
  ];
}

const valuesOf = (setting: Setting) => ({ queued_per_user: String(setting.queued_per_user ?? "") });

function Limit() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const setting = useQuery({
    queryKey: keys.ai.queueSetting,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ai/queue-setting/", { signal })),
  });
  return (
    <Section title={t("admin.aiQueue.limit")}>
      <QueryView query={setting}>
        {(known) => (
          <FieldForm
            key={known.version}
            fields={[
              {
                name: "queued_per_user",
                label: t("admin.aiQueue.limit"),
                type: "number",
                required: true,
                hint: t("admin.aiQueue.limitHint"),
              },
            ]}
            edited={{
              version: known.version,
              values: valuesOf(known),
              reread: async () => {
                const now = await unwrap(api.GET("/api/ai/queue-setting/"));
                return { version: now.version, values: valuesOf(now) };
              },
            }}
            submit={t("common.save")}
            save={(body, version) =>
              unwrap(
                api.PATCH("/api/ai/queue-setting/", {
                  params: { header: { "If-Match": `"${String(version)}"` } },
                  body,
                }),
              )
            }
            onDone={() => {
              showSuccess(t("common.saved"));
              void client.invalidateQueries({ queryKey: keys.ai.queueSetting });
            }}
            onCancel={() => {
              void client.resetQueries({ queryKey: keys.ai.queueSetting });
            }}
          />
        )}
      </QueryView>
    </Section>
  );
}
