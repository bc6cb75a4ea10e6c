import {
  IconAlertTriangle,
  IconBell,
  IconBrain,
  IconClipboardCheck,
  IconClipboardList,
  IconEye,
  IconHelp,
  IconInbox,
  IconScan,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import type { JobFilters, OrderFilters, StudyFilters } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { useOwnTitle } from "@/shared/useAreaTitle";
import type { CountCardProps } from "./CountCard";

type Count = CountCardProps["count"];

const ONE = { page_size: 1 };

const studies =
  (query: StudyFilters): Count =>
  async (signal) =>
    (await unwrap(api.GET("/api/ris/studies/", { params: { query: { ...query, ...ONE } }, signal })))
      .count;

const jobs =
  (query: JobFilters): Count =>
  async (signal) =>
    (await unwrap(api.GET("/api/ai/jobs/", { params: { query: { ...query, ...ONE } }, signal })))
      .count;

const orders =
  (query: OrderFilters): Count =>
  async (signal) =>
    (await unwrap(api.GET("/api/ocs/orders/", { params: { query: { ...query, ...ONE } }, signal })))
      .count;

const unmatched: Count = async (signal) =>
  (await unwrap(api.GET("/api/ris/unmatched/", { params: { query: ONE }, signal }))).count;

const alerts: Count = async (signal) =>
  (
    await unwrap(
      api.GET("/api/alert/notifications/", { params: { query: { unread: true, ...ONE } }, signal }),
    )
  ).count;

const outbox =
  (status: "dead" | "pending"): Count =>
  async (signal) =>
    (await unwrap(api.GET("/api/ops/queues/", { signal }))).outbox[status];

/** The counts of the start page, by what this person may do. */
export function useCounts(): (Omit<CountCardProps, "name"> & { key: string })[] {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  const ownTitle = useOwnTitle();
  const reads = can("write_report");
  return [
    reads && {
      key: "unread",
      label: t("dashboard.unread"),
      icon: IconScan,
      to: "/studies?reading=UNREAD",
      count: studies({ reading_status: "UNREAD" }),
    },
    reads && {
      key: "reading",
      label: t("dashboard.reading"),
      icon: IconEye,
      to: "/studies?reading=READING&mine",
      count: studies({ reading_status: "READING", reader: user.id }),
    },
    can("review_ai") && {
      key: "review",
      label: t("dashboard.review"),
      icon: IconBrain,
      to: "/ai/review",
      count: jobs({ status: "COMPLETED", review_status: "PENDING" }),
    },
    (can("work_ris_order") || can("work_lis_order")) && {
      key: "accept",
      label: t("dashboard.accept"),
      icon: IconClipboardList,
      to: "/orders",
      count: orders({ job_role: can("work_ris_order") ? "RIS" : "LIS", status: "ORDERED" }),
    },
    can("confirm_order") && {
      key: "confirm",
      label: t("dashboard.confirm"),
      icon: IconClipboardCheck,
      to: "/orders",
      count: orders({ status: "RESULT_READY" }),
    },
    can("operate") && {
      key: "dead",
      label: t("dashboard.dead"),
      icon: IconAlertTriangle,
      to: "/admin/outbox",
      count: outbox("dead"),
      alarming: true,
    },
    can("operate") && {
      key: "pending",
      label: t("dashboard.pending"),
      icon: IconInbox,
      to: "/admin/outbox",
      count: outbox("pending"),
    },
    can("match_study") && {
      key: "unmatched",
      label: t("dashboard.unmatched"),
      icon: IconHelp,
      to: "/unmatched",
      count: unmatched,
    },
    !reads &&
      can("view_study") && {
        key: "studies",
        label: ownTitle("studies") ?? t("dashboard.studies"),
        icon: IconScan,
        to: "/studies",
        count: studies({}),
      },
    {
      key: "alerts",
      label: t("dashboard.alerts"),
      icon: IconBell,
      to: "/alerts",
      count: alerts,
    },
  ].filter((card) => card !== false);
}
