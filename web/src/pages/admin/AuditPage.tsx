import { Badge, Button, Code, Group, Popover, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { PageHeader } from "@/shared/PageHeader";
import { useRoleName } from "@/shared/roles";
import { exactTime } from "@/shared/when";
import { BurstItems } from "./BurstItems";
import { VerifyChain } from "./VerifyChain";

type Log = Schema["AuditLogOut"];

const OUTCOMES = ["ok", "denied", "failed"] as const satisfies Schema["OutcomeEnum"][];
const COLORS: Record<Schema["OutcomeEnum"], string> = { ok: "teal", denied: "orange", failed: "red" };
const FIELDS = [
  "actor_username",
  "action",
  "object_type",
  "object_id",
  "sop_instance_uid",
  "patient_id",
  "request_id",
] as const;

type Filters = Partial<Record<(typeof FIELDS)[number] | "outcome" | "since" | "until", string>>;

function useLogs({ patient_id, outcome, since, until, ...texts }: Filters, page: number) {
  return useQuery({
    queryKey: keys.audit.list({ ...texts, patient_id, outcome, since, until }, page),
    queryFn: ({ signal }) => {
      const given = Object.fromEntries(
        Object.entries(texts).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : [])),
      );
      const query = {
        page,
        page_size: PAGE_SIZE,
        ...given,
        ...(patient_id && /^\d+$/.test(patient_id) && { patient_id: Number(patient_id) }),
        ...(outcome && { outcome: outcome as Schema["OutcomeEnum"] }),
        ...(since && { since: new Date(since).toISOString() }),
        ...(until && { until: new Date(until).toISOString() }),
      };
      return unwrap(api.GET("/api/audit/logs/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** What an alert that leads here asks for; ids and names of actions only. */
function asked(params: URLSearchParams): Filters {
  const given = (["action", "patient_id"] as const).map((name) => [name, params.get(name)] as const);
  return Object.fromEntries(given.filter(([, value]) => value));
}

export default function AuditPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [filters, setFilters] = useState<Filters>(() => asked(params));
  const [page, setPage] = useState(1);
  const [settled] = useDebouncedValue(filters, 300);
  const logs = useLogs(settled, page);
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("admin.audit.title")} subtitle={t("admin.audit.subtitle")}>
        <Button variant="default" onClick={() => void logs.refetch()} loading={logs.isFetching}>
          {t("admin.refresh")}
        </Button>
      </PageHeader>
      <Stack>
        <VerifyChain />
        <FilterBar
          filters={filters}
          onChange={(next) => {
            setFilters(next);
            setPage(1);
          }}
        />
        <DataTable
          label={t("admin.audit.title")}
          query={logs}
          columns={columns}
          rowKey={({ id }) => id}
          empty={t("admin.audit.empty")}
          page={page}
          onPage={setPage}
        />
      </Stack>
    </>
  );
}

interface FilterBarProps {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

function FilterBar({ filters, onChange }: FilterBarProps) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 5 }} spacing="sm">
      {FIELDS.map((name) => (
        <TextInput
          key={name}
          label={t(`admin.audit.field.${name}`)}
          value={filters[name] ?? ""}
          inputMode={name === "patient_id" ? "numeric" : "text"}
          onChange={(event) => {
            onChange({ ...filters, [name]: event.currentTarget.value });
          }}
        />
      ))}
      <Select
        label={t("admin.audit.outcomeLabel")}
        placeholder={t("common.all")}
        clearable
        clearButtonProps={{ "aria-label": t("common.clear") }}
        data={OUTCOMES.map((value) => ({ value, label: t(`admin.audit.outcome.${value}`) }))}
        value={filters.outcome ?? null}
        onChange={(outcome) => {
          onChange({ ...filters, outcome: outcome ?? "" });
        }}
      />
      {(["since", "until"] as const).map((name) => (
        <TextInput
          key={name}
          type="datetime-local"
          label={t(`admin.audit.${name}`)}
          value={filters[name] ?? ""}
          onChange={(event) => {
            onChange({ ...filters, [name]: event.currentTarget.value });
          }}
        />
      ))}
    </SimpleGrid>
  );
}

function useColumns(): Column<Log>[] {
  const { t } = useTranslation();
  const roleName = useRoleName();
  return [
    {
      key: "at",
      header: t("admin.audit.at"),
      lead: true,
      render: ({ occurred_at }) => <Text size="sm">{exactTime(occurred_at)}</Text>,
    },
    {
      key: "actor",
      header: t("admin.audit.actor"),
      render: ({ actor_username, actor_role }) => (
        <Text size="sm">
          {actor_username
            ? `${actor_username} · ${roleName(actor_role ?? "")}`
            : t("admin.audit.system")}
        </Text>
      ),
    },
    {
      key: "action",
      header: t("admin.audit.action"),
      render: ({ action }) => <Code>{action}</Code>,
    },
    {
      key: "object",
      header: t("admin.audit.object"),
      render: (log) => (
        <>
          <Text className="mono" style={{ overflowWrap: "anywhere" }} maw={280}>
            {[log.object_type, log.object_id].filter(Boolean).join(" ")}
          </Text>
          {log.until && <BurstItems log={log} />}
        </>
      ),
    },
    {
      key: "outcome",
      header: t("admin.audit.outcomeLabel"),
      render: ({ outcome }) => (
        <Badge color={COLORS[outcome]} tt="none">
          {t(`admin.audit.outcome.${outcome}`)}
        </Badge>
      ),
    },
    { key: "more", header: t("common.details"), render: (log) => <More log={log} /> },
  ];
}

function More({ log }: { log: Log }) {
  const { t } = useTranslation();
  const facts: [string, string | number | null | undefined][] = [
    [t("admin.audit.field.patient_id"), log.patient_id],
    [t("admin.audit.permission"), log.permission],
    [t("admin.audit.source"), log.source_ip],
    [t("admin.audit.field.request_id"), log.request_id],
  ];
  return (
    <Popover width={320} withArrow position="left" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" size="compact-sm" aria-label={`${t("common.details")} ${log.id}`}>
          {t("common.details")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${t("common.details")} ${log.id}`}>
        <Stack gap={6}>
          {facts.map(
            ([name, value]) =>
              value && (
                <Group key={name} gap="xs" wrap="nowrap" justify="space-between">
                  <Text size="xs" c="dimmed">
                    {name}
                  </Text>
                  <Text className="mono" style={{ overflowWrap: "anywhere" }}>
                    {value}
                  </Text>
                </Group>
              ),
          )}
          <Code block tabIndex={0}>
            {JSON.stringify(log.detail, null, 1)}
          </Code>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
