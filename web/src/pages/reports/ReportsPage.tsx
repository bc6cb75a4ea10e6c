import { Anchor, Badge, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ReportFilters } from "@/api/queries";
import { currentLanguage } from "@/i18n";
import { useCan, useUser } from "@/session/react";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { PageHeader } from "@/shared/PageHeader";
import { reportsQuery } from "@/shared/reports/queries";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate, dateTime } from "@/shared/when";
import { templatesQuery, type ReportRow } from "./data";

const STATUSES = ["draft", "preliminary", "signed", "amended", "discarded"] as const;

/** Every report that this person may read, with its filters; a nurse reads the summaries. */
export default function ReportsPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useState<ReportFilters>({});
  const [page, setPage] = useState(1);
  const reports = useQuery({
    ...reportsQuery({ ...filters, ordering: "-created_at", page, page_size: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("reports.title")} />
      <Filters
        filters={filters}
        onChange={(next) => {
          setFilters(next);
          setPage(1);
        }}
      />
      <DataTable
        label={t("reports.title")}
        query={reports}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("reports.none")}
        page={page}
        onPage={setPage}
      />
    </>
  );
}

function useColumns(): Column<ReportRow>[] {
  const { t } = useTranslation();
  const writes = useCan()("write_report");
  const templates = useQuery({ ...templatesQuery, enabled: writes });
  const names = new Map(templates.data?.map(({ code, name }) => [code, name[currentLanguage()]]));
  return [
    {
      key: "patient",
      header: t("reports.patient"),
      lead: true,
      render: (row) => (
        <Anchor
          component={Link}
          to={writes ? `/studies/${row.study_instance_uid}/report?report=${row.id}` : `/reports/${row.id}`}
          size="sm"
        >
          {`${row.patient.full_name} (${row.patient.patient_id})`}
        </Anchor>
      ),
    },
    {
      key: "study",
      header: t("reports.study"),
      render: ({ study, template }) =>
        [
          study.description || names.get(template) || template,
          study.study_date && calendarDate(study.study_date),
        ]
          .filter(Boolean)
          .join(" · "),
    },
    {
      key: "status",
      header: t("reports.status"),
      render: ({ status, moved_at }) => (
        <Group gap={4}>
          <StatusBadge kind="report" value={status} />
          {moved_at && (
            <Badge color="red" tt="none">
              {t("reports.moved.short")}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: "reader",
      header: t("reports.reader"),
      render: ({ signed_by, author }) => (signed_by ?? author).full_name || (signed_by ?? author).username,
    },
    {
      key: "at",
      header: t("reports.at"),
      render: ({ signed_at, saved_at }) => dateTime(signed_at ?? saved_at),
    },
  ];
}

interface FiltersProps {
  filters: ReportFilters;
  onChange: (filters: ReportFilters) => void;
}

function Filters({ filters, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  const set = <K extends keyof ReportFilters>(key: K, value: ReportFilters[K] | null | undefined) => {
    onChange({ ...filters, [key]: value ?? undefined });
  };
  return (
    <Group role="search" aria-label={t("reports.filters")} mb="sm" gap="sm" align="flex-end">
      <PatientNumber
        onChange={(number) => {
          set("patient_id", number || null);
        }}
      />
      {can("write_report") && (
        <>
          <Select
            label={t("reports.status")}
            clearable
            data={STATUSES.map((value) => ({ value, label: t(`status.report.${value}`) }))}
            value={filters.status ?? null}
            onChange={(value) => {
              set("status", value);
            }}
            clearButtonProps={{ "aria-label": t("common.clear") }}
            w={150}
          />
          <TemplateChoice
            value={filters.template ?? null}
            onChange={(value) => {
              set("template", value);
            }}
          />
        </>
      )}
      {(["signed_after", "signed_before"] as const).map((key) => (
        <TextInput
          key={key}
          type="date"
          label={t(`reports.${key}`)}
          value={filters[key] ?? ""}
          onChange={(event) => {
            set(key, event.currentTarget.value || null);
          }}
        />
      ))}
      {can("write_report") && (
        <Checkbox
          label={t("reports.mine")}
          checked={filters.reader === user.id}
          onChange={(event) => {
            set("reader", event.currentTarget.checked ? user.id : null);
          }}
          mb={8}
        />
      )}
    </Group>
  );
}

/** The patient's number is sent after a pause and stays out of the address. */
function PatientNumber({ onChange }: { onChange: (number: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [sent, setSent] = useState("");
  const [paused] = useDebouncedValue(typed.trim(), 300);
  if (paused !== sent) {
    setSent(paused);
    onChange(paused);
  }
  return (
    <TextInput
      type="search"
      label={t("reports.patientNumber")}
      autoComplete="off"
      maxLength={64}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}

interface TemplateChoiceProps {
  value: string | null;
  onChange: (value: string | null) => void;
}

function TemplateChoice({ value, onChange }: TemplateChoiceProps) {
  const { t } = useTranslation();
  const templates = useQuery(templatesQuery);
  return (
    <Select
      label={t("reports.template")}
      clearable
      data={(templates.data ?? []).map(({ code, name }) => ({
        value: code,
        label: name[currentLanguage()],
      }))}
      value={value}
      onChange={onChange}
      clearButtonProps={{ "aria-label": t("common.clear") }}
      w={200}
    />
  );
}
