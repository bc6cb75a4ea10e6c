import { ActionIcon, Badge, Group, Table, Text } from "@mantine/core";
import { IconUserShare } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { useUser } from "@/session/react";
import { ageSex } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate } from "@/shared/when";
import type { Row } from "./data";
import { duration, pressure } from "./waiting";
import classes from "./Worklist.module.css";

const STATES = { unread: "blue", being_read: "yellow", read: "gray" } as const;
const REPORTS = { draft: "gray", preliminary: "yellow", signed: "teal", amended: "grape" } as const;
const PRESSURES = { calm: undefined, near: "orange", over: "red" } as const;

function Waiting({ row }: { row: Row }) {
  const { t } = useTranslation();
  const color = PRESSURES[pressure(row)];
  return (
    <>
      <Group gap={6} wrap="nowrap">
        {duration(row.waiting_minutes, t)}
        {color && (
          <Badge size="sm" color={color}>
            {row.overdue
              ? t("worklist.overdue")
              : duration(row.target_minutes - row.waiting_minutes, t)}
          </Badge>
        )}
      </Group>
      <span className={classes.second}>
        {t("worklist.ofTarget", { target: duration(row.target_minutes, t) })}
      </span>
    </>
  );
}

function AiChips({ row }: { row: Row }) {
  const { t } = useTranslation();
  return (
    <Group gap={4}>
      {row.ai.map(({ job, model, status, review_status, urgent }) => {
        const name = (currentLanguage() === "ko" && model.name_ko) || model.name;
        const done = status === "COMPLETED";
        const said = done ? t(`status.review.${review_status}`) : t(`status.job.${status}`);
        return (
          <Badge key={job} size="sm" color={urgent ? "red" : "gray"} title={`${name}: ${said}`}>
            {urgent ? `${t("worklist.urgent")}: ${name}` : `${name}: ${said}`}
          </Badge>
        );
      })}
    </Group>
  );
}

interface WorklistRowProps {
  row: Row;
  index: number;
  onOpen: (row: Row) => void;
  onAssign: (row: Row) => void;
  onFocus: (index: number) => void;
}

export const WorklistRow = memo(function WorklistRow({ row, index, onOpen, onAssign, onFocus }: WorklistRowProps) {
  const { t } = useTranslation();
  const mine = row.locked_by?.id === useUser().id;
  const study = `${row.patient.full_name}, ${row.description || t("studies.noDescription")}`;
  const reader = row.locked_by ?? (row.reading_state === "read" ? row.reader : row.assigned_to);
  return (
    <Table.Tr className={classes.row} data-index={index}>
      <Table.Td>{row.priority && <StatusBadge kind="priority" value={row.priority} />}</Table.Td>
      <Table.Td>
        <Badge color={STATES[row.reading_state]}>{t(`worklist.state.${row.reading_state}`)}</Badge>
      </Table.Td>
      <Table.Td>
        <Waiting row={row} />
      </Table.Td>
      <Table.Td>
        {row.patient.full_name}
        <span className={classes.second}>
          {row.patient.patient_id} · {ageSex(row, t)}
        </span>
      </Table.Td>
      <Table.Td>
        <a
          href={`/studies/${row.study_instance_uid}`}
          className={classes.link}
          onFocus={() => {
            onFocus(index);
          }}
          onClick={(event) => {
            if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(row);
          }}
        >
          {row.description || t("studies.noDescription")}
        </a>
        <span className={classes.second}>{row.accession_number}</span>
      </Table.Td>
      <Table.Td>{row.modality}</Table.Td>
      <Table.Td>{row.study_date ? calendarDate(row.study_date) : t("studies.noDate")}</Table.Td>
      <Table.Td>
        <AiChips row={row} />
      </Table.Td>
      <Table.Td>
        {row.report && <Badge color={REPORTS[row.report]}>{t(`worklist.report.${row.report}`)}</Badge>}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap" justify="space-between">
          <Text size="sm" c={row.locked_by ? undefined : "dimmed"}>
            {reader?.full_name}
          </Text>
          {row.reading_state !== "read" && (row.locked_by === null || mine) && (
            <ActionIcon
              variant="subtle"
              aria-label={t(mine ? "worklist.handOver" : "worklist.assign", { study })}
              onClick={() => {
                onAssign(row);
              }}
            >
              <IconUserShare size={18} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
});
