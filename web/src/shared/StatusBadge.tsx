import { Badge, type MantineColor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

const COLORS = {
  order: {
    ORDERED: "blue",
    ACCEPTED: "cyan",
    IN_PROGRESS: "yellow",
    RESULT_READY: "grape",
    CONFIRMED: "teal",
    CANCELLED: "gray",
  },
  job: {
    PENDING: "blue",
    PROCESSING: "yellow",
    COMPLETED: "teal",
    FAILED: "red",
    CANCELLED: "gray",
  },
  review: { PENDING: "grape", APPROVED: "teal", REJECTED: "red" },
  reading: { UNREAD: "blue", READING: "yellow", READ: "gray" },
  report: { draft: "blue", preliminary: "yellow", signed: "teal", amended: "grape", discarded: "gray" },
  registration: {
    requested: "blue",
    running: "yellow",
    done: "grape",
    failed: "red",
    accepted: "teal",
    rejected: "gray",
  },
  priority: { routine: "gray", urgent: "orange", stat: "red" },
} as const satisfies {
  order: Record<Schema["OrderStatus"], MantineColor>;
  job: Record<Schema["AIJobStatus"], MantineColor>;
  review: Record<Schema["ReviewStatus"], MantineColor>;
  reading: Record<Schema["ReadingStatus"], MantineColor>;
  report: Record<Schema["ReportStatus"], MantineColor>;
  registration: Record<Schema["RegistrationStatus"], MantineColor>;
  priority: Record<Schema["PriorityEnum"], MantineColor>;
};

type Kinds = typeof COLORS;

type StatusBadgeProps = {
  [K in keyof Kinds]: { kind: K; value: keyof Kinds[K] };
}[keyof Kinds];

/** A state in words; the colour only helps. Nothing for a state this page does not know. */
export function StatusBadge({ kind, value }: StatusBadgeProps) {
  const { t } = useTranslation();
  const colors: Record<string, MantineColor> = COLORS[kind];
  const color = colors[value];
  if (!color) return null;
  return (
    <Badge color={color}>
      {t(`status.${kind}.${value}` as "status.order.ORDERED")}
    </Badge>
  );
}
