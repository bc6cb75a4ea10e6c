import { Badge, Menu } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { localInput, type Field } from "@/shared/forms/fields";
import { calendarDate } from "@/shared/when";
import { changeRow, useRefresh, type ChartRows } from "@/shared/chart/api";
import { ChartSection } from "@/shared/chart/ChartSection";
import { TermPicker } from "@/shared/chart/TermPicker";
import { termsOf } from "./terms";
import { showSuccess } from "@/shared/toasts";

type Row = ChartRows["problems"];
const useProblemTerms = termsOf("problem");

function useFields(): Field[] {
  const { t } = useTranslation();
  const systems = ["KCD", "SNOMED"].map((value) => ({ value, label: value }));
  const states = (["active", "resolved"] as const).map((value) => ({ value, label: t(`chart.status.${value}`) }));
  return [
    { name: "text", label: t("chart.problems.text"), type: "text", required: true, maxLength: 300 },
    {
      name: "code_system",
      label: t("chart.codeSystem"),
      type: "select",
      required: true,
      options: systems,
      half: true,
    },
    { name: "code", label: t("chart.code"), type: "text", required: true, maxLength: 20, half: true },
    { name: "onset_date", label: t("chart.problems.onset"), type: "date", half: true },
    { name: "resolved_date", label: t("chart.problems.resolved"), type: "date", half: true },
    { name: "status", label: t("chart.state"), type: "select", required: true, options: states },
  ];
}

export function Problems({ patient }: { patient: number }) {
  const { t } = useTranslation();
  return (
    <ChartSection
      kind="problems"
      patient={patient}
      title={t("chart.problems.title")}
      add={t("chart.problems.add")}
      empty={t("chart.problems.empty")}
      needs="edit_encounter"
      fields={useFields()}
      initial={() => ({ code_system: "KCD", status: "active" })}
      nameOf={(row) => row.text}
      above={(_, fill) => (
        <TermPicker
          label={t("chart.problems.search")}
          hint={t("chart.problems.searchHint")}
          useTerms={useProblemTerms}
          onPick={({ system, code, name }) => {
            fill({ text: name, code_system: system, code });
          }}
        />
      )}
      menu={(row) => row.status === "active" && <Resolve patient={patient} row={row} />}
      columns={[
        { key: "text", header: t("chart.problems.text"), lead: true, render: (row) => row.text },
        {
          key: "code",
          header: t("chart.code"),
          render: ({ code_system, code }) => <span className="mono">{[code_system, code].filter(Boolean).join(" ")}</span>,
        },
        {
          key: "onset",
          header: t("chart.problems.onset"),
          render: ({ onset_date }) => onset_date && calendarDate(onset_date),
        },
        {
          key: "resolved",
          header: t("chart.problems.resolved"),
          render: ({ resolved_date }) => resolved_date && calendarDate(resolved_date),
        },
        {
          key: "state",
          header: t("chart.state"),
          render: ({ status = "active" }) => (
            <Badge color={status === "active" ? "blue" : "gray"}>{t(`chart.status.${status}`)}</Badge>
          ),
        },
      ]}
    />
  );
}

function Resolve({ patient, row }: { patient: number; row: Row }) {
  const { t } = useTranslation();
  const refresh = useRefresh(patient);
  const resolving = useMutation({
    mutationFn: () =>
      changeRow("problems", row.id, row.version, {
        status: "resolved",
        resolved_date: localInput(new Date()).slice(0, 10),
      }),
    onSuccess: () => {
      showSuccess(t("common.saved"));
    },
    onSettled: refresh,
  });
  return (
    <Menu.Item
      leftSection={<IconCircleCheck size={14} aria-hidden />}
      onClick={() => {
        resolving.mutate();
      }}
    >
      {t("chart.problems.resolve")}
    </Menu.Item>
  );
}
