import { Badge, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";

type Run = Schema["IncomingRunOut"];

const WHILE_RUNNING_MS = 2_000;

interface IncomingRunsProps {
  chosen: number | null;
  onChoose: (run: number | null) => void;
}

/** What was sent, with the progress of what is still being compared. */
export function IncomingRuns({ chosen, onChoose }: IncomingRunsProps) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const runs = useQuery({
    queryKey: keys.incoming.runs(page),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/emr/incoming/runs/", {
          params: { query: { page, page_size: PAGE_SIZE } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.results.some((run) => run.state === "running") ? WHILE_RUNNING_MS : false,
  });
  const columns: Column<Run>[] = [
    {
      key: "run",
      header: t("incoming.source"),
      lead: true,
      render: ({ source, started_at }) => t("incoming.run", { source, at: dateTime(started_at) }),
    },
    { key: "progress", header: t("incoming.status"), render: (run) => <RunProgress run={run} /> },
    {
      key: "choose",
      header: t("chart.do"),
      render: ({ id }) => (
        <Button
          size="compact-sm"
          variant={chosen === id ? "filled" : "default"}
          aria-pressed={chosen === id}
          onClick={() => {
            onChoose(chosen === id ? null : id);
          }}
        >
          {t("incoming.rows")}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t("incoming.runs")}>
      <DataTable
        label={t("incoming.runs")}
        query={runs}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("incoming.noRuns")}
        page={page}
        onPage={setPage}
      />
    </Section>
  );
}

function RunProgress({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { percent, done, total, states } = run;
  const counts = Object.entries(states) as [Schema["IncomingState"], number][];
  const line = t("incoming.progress", { percent, done, total });
  return (
    <Stack gap={4}>
      {run.state === "running" && (
        <>
          <Progress value={percent} aria-label={line} />
          <Text size="xs">{line}</Text>
        </>
      )}
      {run.state === "failed" && (
        <Text size="xs" c="red">
          {t("incoming.failed")}
        </Text>
      )}
      <Group gap={6}>
        {counts.map(([state, count]) => (
          <Badge key={state} variant="light">
            {`${t(`incoming.state.${state}`)} ${count.toLocaleString()}`}
          </Badge>
        ))}
      </Group>
    </Stack>
  );
}
