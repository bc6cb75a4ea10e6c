import { Badge, Group, Menu, Modal, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "@/shared/forms/fields";
import { dateTime } from "@/shared/when";
import { stopPrescription, type ChartRows } from "@/shared/chart/api";
import { ChartSection } from "@/shared/chart/ChartSection";
import { WithReason } from "@/shared/chart/RowActions";
import type { PanelProps } from "@/shared/chart/panel";
import { isCurrent } from "@/shared/medication";
import { PrescribeModal } from "./PrescribeModal";
import { WarningList } from "./WarningList";

type Row = ChartRows["prescriptions"];

/** For the history: how the columns of a prescription are called. */
function useFields(): Field[] {
  const { t } = useTranslation();
  return [
    { name: "drug", label: t("chart.medication.drug"), type: "text" },
    { name: "dose", label: t("chart.medication.dose"), type: "text" },
    { name: "daily_mg", label: t("chart.medication.dailyMg"), type: "number" },
    { name: "frequency", label: t("chart.medication.frequency"), type: "text" },
    { name: "days", label: t("chart.medication.days"), type: "number" },
  ];
}

/** What is prescribed now or was, prescribing with its checks, stopping. */
export default function MedicationTab({ patient }: PanelProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<"active" | "ended">("active");
  const [stopping, setStopping] = useState<Row | null>(null);
  const close = () => {
    setStopping(null);
  };
  return (
    <>
      <ChartSection
        key={shown}
        kind="prescriptions"
        patient={patient.id}
        title={t("chart.medication.title")}
        add={t("chart.medication.add")}
        empty={t(`chart.medication.empty.${shown}`)}
        needs="create_prescription"
        fields={useFields()}
        nameOf={(row) => row.drug}
        filters={{ active: shown === "active", ordering: "-prescribed_at" }}
        form={(onClose, opened) => <PrescribeModal patient={patient.id} opened={opened} onClose={onClose} />}
        menu={(row) =>
          isCurrent(row, new Date()) && (
            <Menu.Item
              leftSection={<IconPlayerStop size={14} aria-hidden />}
              onClick={() => {
                setStopping(row);
              }}
            >
              {t("chart.medication.stop")}
            </Menu.Item>
          )
        }
        head={
          <SegmentedControl
            mb="sm"
            size="xs"
            aria-label={t("chart.medication.shown")}
            value={shown}
            onChange={setShown}
            data={(["active", "ended"] as const).map((value) => ({
              value,
              label: t(`chart.medication.${value}`),
            }))}
          />
        }
        columns={[
          { key: "drug", header: t("chart.medication.drug"), lead: true, render: (row) => <Drug row={row} /> },
          {
            key: "dose",
            header: t("chart.medication.dose"),
            render: ({ dose, frequency }) => [dose, frequency].filter(Boolean).join(" · "),
          },
          { key: "time", header: t("chart.medication.time"), render: (row) => <Time row={row} /> },
          { key: "by", header: t("chart.medication.prescriber"), render: (row) => row.prescriber_name },
        ]}
      />
      <Modal
        opened={stopping !== null}
        onClose={close}
        title={t("chart.medication.stopTitle", { name: stopping?.drug })}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {stopping && (
          <WithReason
            patient={patient.id}
            label={t("chart.medication.stopReason")}
            button={t("chart.medication.stop")}
            done={t("chart.medication.stopped")}
            act={(reason) => stopPrescription(stopping.id, stopping.version, reason)}
            onClose={close}
          />
        )}
      </Modal>
    </>
  );
}

function Drug({ row: { drug, drug_code, warnings, warnings_reason } }: { row: Row }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Text size="sm" fw={500}>
          {drug}
        </Text>
        {drug_code && (
          <Text size="xs" c="dimmed" className="mono">
            {drug_code}
          </Text>
        )}
      </Group>
      {warnings.length > 0 && (
        <>
          <WarningList warnings={warnings} />
          <Text size="xs" c="dimmed">
            {`${t("chart.medication.warningsReason")}: ${warnings_reason ?? ""}`}
          </Text>
        </>
      )}
    </Stack>
  );
}

function Time({ row }: { row: Row }) {
  const { t } = useTranslation();
  const { prescribed_at, ends_at, days, stopped_at, stopped_by_name, stop_reason } = row;
  return (
    <Stack gap={2}>
      <Text size="sm">
        {[dateTime(prescribed_at), days && t("chart.medication.forDays", { count: days })].filter(Boolean).join(" · ")}
      </Text>
      {stopped_at ? (
        <Text size="xs" c="dimmed">
          <Badge size="sm" color="gray" mr={6}>
            {t("chart.medication.stoppedState")}
          </Badge>
          {[dateTime(stopped_at), stopped_by_name, stop_reason].filter(Boolean).join(" · ")}
        </Text>
      ) : (
        ends_at && (
          <Text size="xs" c="dimmed">
            {t("chart.medication.until", { at: dateTime(ends_at) })}
          </Text>
        )
      )}
    </Stack>
  );
}
