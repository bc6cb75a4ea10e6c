import { Anchor, Badge, Button, Chip, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { ordersQuery } from "@/api/queries";
import { useCan, useIsStaff, useUser } from "@/session/react";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { useJobTypeName } from "@/shared/jobTypes";
import { PageHeader } from "@/shared/PageHeader";
import { StatusBadge } from "@/shared/StatusBadge";
import { useAreaTitle } from "@/shared/useAreaTitle";
import { assignedOrders, waitingOrders } from "@/shared/waitingOrders";
import { dateTime } from "@/shared/when";
import { OrderDrawer } from "./OrderDrawer";
import { OrderForm } from "./OrderForm";
import { JOB_ROLES, PRIORITIES, STATUSES, type Order } from "./steps";

type Filters = Partial<Pick<Order, "job_role" | "status" | "priority">> & {
  overdue?: true;
  assigned_to?: number;
};
type Shown = "waiting" | "all";

function useOrders(shown: Shown, filters: Filters, page: number) {
  const user = useUser();
  const first = filters.assigned_to ? assignedOrders(user) : waitingOrders(user);
  const scope = shown === "waiting" ? first : { ordering: "-ordered_at" };
  return useQuery({
    ...ordersQuery({ ...scope, ...filters, page, page_size: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
}

/** Begins with what concerns this person and is open, and widens to all. `?order=<id>` opens one order. */
export default function OrdersPage() {
  const { t } = useTranslation();
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const [creating, form] = useDisclosure();
  const own = useUser().role === "patient";
  const [shown, setShown] = useState<Shown>(own ? "all" : "waiting");
  const [filters, setFilters] = useState<Filters>(useFirstFilters());
  const [page, setPage] = useState(1);
  const orders = useOrders(shown, filters, page);
  const title = useAreaTitle("orders");
  const opened = Number(params.get("order")) || null;
  const open = (id: number | null) => {
    setParams(id ? { order: String(id) } : {}, { preventScrollReset: true });
  };
  return (
    <>
      <PageHeader title={title}>
        {can("create_order") && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={form.open}>
            {t("orders.create")}
          </Button>
        )}
      </PageHeader>
      <Stack>
        {!own && (
          <ShownControl
            shown={shown}
            onChange={(next) => {
              setShown(next);
              setPage(1);
            }}
          />
        )}
        <FilterBar
          filters={filters}
          onChange={(next) => {
            setFilters(next);
            setPage(1);
          }}
        />
        <DataTable
          label={title}
          query={orders}
          columns={useColumns(open)}
          rowKey={({ id }) => id}
          empty={t("orders.empty")}
          page={page}
          onPage={setPage}
        />
      </Stack>
      <OrderDrawer
        id={opened}
        onClose={() => {
          open(null);
        }}
      />
      <OrderForm
        opened={creating}
        onClose={form.close}
        onOrdered={([first, ...others]) => {
          form.close();
          if (first && others.length === 0) open(first.id);
        }}
      />
    </>
  );
}

/** `?overdue` and `?mine`, as the dashboard leads here. */
function useFirstFilters(): Filters {
  const [params] = useSearchParams();
  const { id } = useUser();
  return {
    ...(params.has("overdue") && { overdue: true as const }),
    ...(params.has("mine") && { assigned_to: id }),
  };
}

function ShownControl({ shown, onChange }: { shown: Shown; onChange: (shown: Shown) => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const waiting = can("create_order")
    ? t("orders.shown.mine")
    : can("work_ris_order") || can("work_lis_order")
      ? t("orders.shown.department")
      : t("orders.shown.open");
  return (
    <SegmentedControl
      size="xs"
      style={{ alignSelf: "flex-start" }}
      aria-label={t("orders.shown.label")}
      value={shown}
      onChange={onChange}
      data={[
        { value: "waiting", label: waiting },
        { value: "all", label: t("orders.shown.all") },
      ]}
    />
  );
}

interface FilterBarProps {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

function FilterBar({ filters, onChange }: FilterBarProps) {
  const { t } = useTranslation();
  const { id } = useUser();
  const staff = useIsStaff();
  const common = {
    clearable: true,
    placeholder: t("common.all"),
    clearButtonProps: { "aria-label": t("common.clear") },
  };
  const change = (patch: { [Name in keyof Filters]: Filters[Name] | null }) => {
    const all = Object.entries({ ...filters, ...patch });
    onChange(Object.fromEntries(all.filter(([, value]) => value)));
  };
  return (
    <Group gap="sm" align="flex-end">
      <Select
        {...common}
        label={t("orders.jobRole")}
        data={JOB_ROLES.map((value) => ({ value, label: t(`status.jobRole.${value}`) }))}
        value={filters.job_role ?? null}
        onChange={(value) => {
          change({ job_role: value });
        }}
      />
      <Select
        {...common}
        label={t("orders.status")}
        data={STATUSES.map((value) => ({ value, label: t(`status.order.${value}`) }))}
        value={filters.status ?? null}
        onChange={(value) => {
          change({ status: value });
        }}
      />
      <Select
        {...common}
        label={t("orders.priority")}
        data={PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) }))}
        value={filters.priority ?? null}
        onChange={(value) => {
          change({ priority: value });
        }}
      />
      {staff && (
        <Group gap="xs" pb={4}>
          <Chip
            checked={filters.overdue ?? false}
            onChange={(on) => {
              change({ overdue: on || null });
            }}
          >
            {t("orders.onlyOverdue")}
          </Chip>
          <Chip
            checked={filters.assigned_to !== undefined}
            onChange={(on) => {
              change({ assigned_to: on ? id : null });
            }}
          >
            {t("orders.onlyMine")}
          </Chip>
        </Group>
      )}
    </Group>
  );
}

function useColumns(open: (id: number) => void): Column<Order>[] {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  return [
    {
      key: "order",
      header: t("orders.order"),
      lead: true,
      render: ({ id, job_type, accession_number }) => (
        <div>
          <Anchor
            component="button"
            type="button"
            size="sm"
            ta="left"
            onClick={() => {
              open(id);
            }}
          >
            {jobTypeName(job_type)}
          </Anchor>
          <Text size="xs" c="dimmed" className="mono">
            {accession_number}
          </Text>
        </div>
      ),
    },
    {
      key: "patient",
      header: t("orders.patient"),
      render: ({ patient }) => (
        <div>
          <Text size="sm">{patient.full_name}</Text>
          <Text size="xs" c="dimmed">
            {patient.patient_id}
          </Text>
        </div>
      ),
    },
    {
      key: "role",
      header: t("orders.jobRole"),
      render: ({ job_role }) => t(`status.jobRole.${job_role}`),
    },
    {
      key: "status",
      header: t("orders.status"),
      render: ({ status = "ORDERED", priority = "routine" }) => (
        <Group gap={6}>
          <StatusBadge kind="order" value={status} />
          {priority !== "routine" && <StatusBadge kind="priority" value={priority} />}
        </Group>
      ),
    },
    {
      key: "due",
      header: t("orders.due"),
      render: ({ due_at, overdue, assigned_to_name }) => (
        <div>
          {due_at && <Text size="sm">{dateTime(due_at)}</Text>}
          {overdue && <Badge color="red">{t("orders.overdue")}</Badge>}
          <Text size="xs" c="dimmed">
            {assigned_to_name}
          </Text>
        </div>
      ),
    },
    {
      key: "at",
      header: t("orders.orderedAt"),
      render: ({ ordered_at, ordered_by_name }) => (
        <div>
          <Text size="sm">{dateTime(ordered_at)}</Text>
          <Text size="xs" c="dimmed">
            {ordered_by_name}
          </Text>
        </div>
      ),
    },
  ];
}
