import { Badge, Button, Group, Menu, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { NONE_KNOWN } from "@/shared/allergies";
import type { Field } from "@/shared/forms/fields";
import { showSuccess } from "@/shared/toasts";
import { changeRow, createRow, summaryQuery, useRefresh, type ChartRows } from "@/shared/chart/api";
import { ChartSection } from "@/shared/chart/ChartSection";
import { TermPicker } from "@/shared/chart/TermPicker";
import { termsOf } from "./terms";

type Row = ChartRows["allergies"];
const useAllergens = termsOf("allergen");
const CATEGORIES = ["drug", "food", "environment", "other"] as const satisfies Schema["AllergyCategory"][];
const SEVERITIES = ["mild", "moderate", "severe"] as const satisfies Schema["AllergySeverity"][];

function useFields(): Field[] {
  const { t } = useTranslation();
  const systems = ["ATC", "SNOMED"].map((value) => ({ value, label: value }));
  return [
    { name: "substance", label: t("chart.allergies.substance"), type: "text", required: true, maxLength: 200 },
    {
      name: "category",
      label: t("chart.allergies.category"),
      type: "select",
      required: true,
      half: true,
      options: CATEGORIES.map((value) => ({ value, label: t(`chart.category.${value}`) })),
    },
    {
      name: "severity",
      label: t("chart.allergies.severity"),
      type: "select",
      half: true,
      options: SEVERITIES.map((value) => ({ value, label: t(`chart.severity.${value}`) })),
    },
    { name: "reaction", label: t("chart.allergies.reaction"), type: "text", maxLength: 300 },
    { name: "code_system", label: t("chart.codeSystem"), type: "select", options: systems, half: true },
    { name: "code", label: t("chart.code"), type: "text", maxLength: 20, half: true },
    {
      name: "status",
      label: t("chart.state"),
      type: "select",
      required: true,
      options: (["active", "resolved"] as const).map((value) => ({ value, label: t(`chart.status.${value}`) })),
    },
  ];
}

export function Allergies({ patient }: { patient: number }) {
  const { t } = useTranslation();
  return (
    <ChartSection
      kind="allergies"
      patient={patient}
      title={t("chart.allergies.title")}
      add={t("chart.allergies.add")}
      empty={t("chart.allergies.empty")}
      needs="edit_encounter"
      fields={useFields()}
      initial={() => ({ category: "drug", status: "active" })}
      nameOf={(row) => row.substance}
      head={<NoneKnown patient={patient} />}
      above={(_, fill) => (
        <TermPicker
          label={t("chart.allergies.search")}
          hint={t("chart.allergies.searchHint")}
          useTerms={useAllergens}
          onPick={({ system, code, name }) => {
            fill({ substance: name, code_system: system, code, ...(system === "ATC" && { category: "drug" }) });
          }}
        />
      )}
      menu={(row) => row.status === "active" && <Resolve patient={patient} row={row} />}
      columns={[
        {
          key: "substance",
          header: t("chart.allergies.substance"),
          lead: true,
          render: ({ code, substance }) =>
            code === NONE_KNOWN ? t("chart.overview.allergies.none_known") : substance,
        },
        {
          key: "category",
          header: t("chart.allergies.category"),
          render: ({ category, code }) => (code === NONE_KNOWN ? null : t(`chart.category.${category}`)),
        },
        { key: "reaction", header: t("chart.allergies.reaction"), render: (row) => row.reaction },
        {
          key: "severity",
          header: t("chart.allergies.severity"),
          render: ({ severity }) =>
            severity && (
              <Badge color={severity === "severe" ? "red" : "orange"}>{t(`chart.severity.${severity}`)}</Badge>
            ),
        },
        {
          key: "code",
          header: t("chart.code"),
          render: ({ code_system, code }) => code && <span className="mono">{`${code_system ?? ""} ${code}`}</span>,
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

/** While nothing is on record: that the patient was asked and has no allergy. */
function NoneKnown({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh(patient);
  const summary = useQuery(summaryQuery(patient));
  const recording = useMutation({
    mutationFn: () =>
      createRow("allergies", patient, {
        category: "other",
        substance: "No known allergy",
        code_system: "SNOMED",
        code: NONE_KNOWN,
      }),
    onSuccess: () => {
      showSuccess(t("common.saved"));
    },
    onSettled: refresh,
  });
  const state = summary.data?.allergies?.state;
  if (state !== "not_recorded" && state !== "resolved") return null;
  return (
    <Group mb="sm" gap="sm">
      <Text size="sm">{t(`chart.overview.allergies.${state}`)}</Text>
      {can("edit_encounter") && (
        <Button
          size="compact-sm"
          variant="light"
          loading={recording.isPending}
          onClick={() => {
            recording.mutate();
          }}
        >
          {t("chart.allergies.noneKnown")}
        </Button>
      )}
    </Group>
  );
}

function Resolve({ patient, row }: { patient: number; row: Row }) {
  const { t } = useTranslation();
  const refresh = useRefresh(patient);
  const resolving = useMutation({
    mutationFn: () => changeRow("allergies", row.id, row.version, { status: "resolved" }),
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
      {t("chart.allergies.resolve")}
    </Menu.Item>
  );
}
