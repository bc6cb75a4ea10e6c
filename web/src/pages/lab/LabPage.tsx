import { Anchor, Badge, Checkbox, Group, SegmentedControl, Select, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { useJobTypeName } from "@/shared/jobTypes";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { countsQuery, worklistQuery, type LabOrder, type WorklistFilters } from "./data";
import { LabFrame } from "./LabFrame";
import { SPECIMEN_KINDS, STEPS, type Step } from "./steps";

type Filters = Pick<WorklistFilters, "priority" | "specimen" | "overdue">;
const PRIORITIES = ["routine", "urgent", "stat"] as const;

/** The worklist of the bench: what waits for which step. */
export default function LabPage() {
  const { t } = useTranslation();
  return (
    <LabFrame title={t("lab.title")} scanning>
      <Worklist />
    </LabFrame>
  );
}

function Worklist() {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step | "all">("all");
  const [filters, setFilters] = useState<Filters>({});
  const [page, setPage] = useState(1);
  const chosen = step === "all" ? { open: true } : { step };
  const query = { ...chosen, ...filters, ordering: "priority,ordered_at" };
  const orders = useQuery({
    ...worklistQuery({ ...query, page, page_size: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const first = () => {
    setPage(1);
  };
  return (
    <>
      <StepControl
        step={step}
        onChange={(next) => {
          setStep(next);
          first();
        }}
      />
      <FilterBar
        filters={filters}
        onChange={(next) => {
          setFilters(next);
          first();
        }}
      />
      <DataTable
        label={t("lab.worklist")}
        query={orders}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={t("lab.emptyWorklist")}
        page={page}
        onPage={setPage}
      />
    </>
  );
}

function StepControl({ step, onChange }: { step: Step | "all"; onChange: (step: Step | "all") => void }) {
  const { t } = useTranslation();
  const counts = useQuery(countsQuery);
  const steps = counts.data?.steps ?? {};
  const all = Object.values(steps).reduce((sum, number) => sum + number, 0);
  const label = (name: string, number: number) => (counts.data ? `${name} ${number}` : name);
  return (
    <Group gap="sm">
      <SegmentedControl
        size="sm"
        aria-label={t("lab.stepLabel")}
        value={step}
        onChange={onChange}
        data={[
          { value: "all", label: label(t("common.all"), all) },
          ...STEPS.map((value) => ({ value, label: label(t(`lab.step.${value}`), steps[value] ?? 0) })),
        ]}
      />
      {counts.data && counts.data.urgent > 0 && (
        <Badge color="orange">{t("lab.urgentCount", { number: counts.data.urgent })}</Badge>
      )}
      {counts.data && counts.data.overdue > 0 && (
        <Badge color="red">{t("lab.overdueCount", { number: counts.data.overdue })}</Badge>
      )}
    </Group>
  );
}

function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t } = useTranslation();
  const common = {
    clearable: true,
    placeholder: t("common.all"),
    clearButtonProps: { "aria-label": t("common.clear") },
  };
  const { priority, specimen, overdue } = filters;
  return (
    <Group gap="sm" align="flex-end">
      <Select
        {...common}
        label={t("orders.priority")}
        data={PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) }))}
        value={priority ?? null}
        onChange={(value) => {
          onChange({ ...(specimen && { specimen }), ...(overdue && { overdue }), ...(value && { priority: value }) });
        }}
      />
      <Select
        {...common}
        label={t("lab.specimen.kindLabel")}
        data={SPECIMEN_KINDS.map((value) => ({ value, label: t(`lab.specimen.kind.${value}`) }))}
        value={specimen ?? null}
        onChange={(value) => {
          onChange({ ...(priority && { priority }), ...(overdue && { overdue }), ...(value && { specimen: value }) });
        }}
      />
      <Checkbox
        label={t("lab.overdueOnly")}
        checked={overdue ?? false}
        mb={8}
        onChange={(event) => {
          const only = event.currentTarget.checked;
          onChange({ ...(priority && { priority }), ...(specimen && { specimen }), ...(only && { overdue: true }) });
        }}
      />
    </Group>
  );
}

function useColumns(): Column<LabOrder>[] {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  return [
    {
      key: "order",
      header: t("orders.order"),
      lead: true,
      render: ({ id, job_type, accession_number }) => (
        <Anchor component={Link} to={`/lab/orders/${id}`} size="sm">
          {`${jobTypeName(job_type)} · ${accession_number}`}
        </Anchor>
      ),
    },
    {
      key: "patient",
      header: t("orders.patient"),
      render: ({ patient }) => `${patient.full_name} · ${patient.patient_id}`,
    },
    { key: "step", header: t("lab.stepLabel"), render: (order) => <StepCell order={order} /> },
    {
      key: "specimen",
      header: t("lab.specimen.title"),
      render: ({ specimens }) => {
        const kinds = specimens.filter(({ state }) => state !== "REJECTED").map(({ kind }) => kind);
        return [...new Set(kinds)].map((kind) => t(`lab.specimen.kind.${kind}`)).join(", ") || "–";
      },
    },
    {
      key: "at",
      header: t("orders.orderedAt"),
      render: ({ ordered_at, due_at }) => (
        <div>
          <Text size="sm">{dateTime(ordered_at)}</Text>
          {due_at && <Text size="xs" c="dimmed">{t("lab.due", { at: dateTime(due_at) })}</Text>}
        </div>
      ),
    },
  ];
}

function StepCell({ order }: { order: LabOrder }) {
  const { t } = useTranslation();
  const { step, priority = "routine", overdue, returned } = order;
  return (
    <Group gap={6}>
      <Badge variant="light">{t(`lab.step.${step}`)}</Badge>
      {priority !== "routine" && <StatusBadge kind="priority" value={priority} />}
      {overdue && <Badge color="red">{t("lab.overdue")}</Badge>}
      {returned && <Badge color="orange">{t("lab.returned")}</Badge>}
    </Group>
  );
}
