import {
  IconAlertTriangle,
  IconBell,
  IconBrain,
  IconHeartbeat,
  IconUserOff,
  IconShare,
  IconUrgent,
  IconClipboardCheck,
  IconClipboardList,
  IconClockExclamation,
  IconUserCheck,
  IconEye,
  IconHelp,
  IconInbox,
  IconScan,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import type { JobFilters, OrderFilters, StudyFilters } from "@/api/queries";
import type { SessionUser } from "@/session";
import { useCan, useUser } from "@/session/react";
import { useOwnTitle } from "@/shared/useAreaTitle";
import { assignedOrders, waitingOrders } from "@/shared/waitingOrders";
import type { CountCardProps } from "./CountCard";

type Count = CountCardProps["count"];
type Card = Omit<CountCardProps, "name"> & { key: string };

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

const shares: Count = async (signal) =>
  (
    await unwrap(
      api.GET("/api/shares/", {
        params: { query: { active: true, side: "received", ...ONE } },
        signal,
      }),
    )
  ).count;

const closedAccounts: Count = async (signal) =>
  (
    await unwrap(
      api.GET("/api/acct/users/", { params: { query: { is_active: false, ...ONE } }, signal }),
    )
  ).count;

const failing: Count = async (signal) =>
  (await unwrap(api.GET("/api/ops/health/", { signal }))).checks.filter(
    ({ status }) => status !== "ok",
  ).length;

const outbox =
  (status: "dead" | "pending"): Count =>
  async (signal) =>
    (await unwrap(api.GET("/api/ops/queues/", { signal }))).outbox[status];

/** Orders and results, for those who order them or work them. */
function useOrderCards(user: SessionUser): (Card | false)[] {
  const { t } = useTranslation();
  const can = useCan();
  const works = can("work_ris_order") || can("work_lis_order");
  const waiting = waitingOrders(user);
  const staff = can("view_order") && user.role !== "patient";
  return [
    staff && {
      key: "stat",
      label: t("dashboard.stat"),
      icon: IconUrgent,
      to: "/orders",
      count: orders({ ...waiting, priority: "stat" }),
      alarming: true,
    },
    staff && {
      key: "overdue",
      label: t("dashboard.overdue"),
      icon: IconClockExclamation,
      to: "/orders?overdue",
      count: orders({ ...waiting, overdue: true }),
      alarming: true,
    },
    (works || can("create_order")) && {
      key: "assigned",
      label: t("dashboard.assigned"),
      icon: IconUserCheck,
      to: "/orders?mine",
      count: orders(assignedOrders(user)),
    },
    works && {
      key: "accept",
      label: t("dashboard.accept"),
      icon: IconClipboardList,
      to: "/orders",
      count: orders({ ...waiting, status: "ORDERED" }),
    },
    staff && {
      key: "openOrders",
      label: t(can("create_order") ? "dashboard.myOrders" : "dashboard.openOrders"),
      icon: IconClipboardList,
      to: "/orders",
      count: orders(waiting),
    },
    can("confirm_order") && {
      key: "confirm",
      label: t("dashboard.confirm"),
      icon: IconClipboardCheck,
      to: "/orders",
      count: orders({ ...waiting, status: "RESULT_READY" }),
    },
  ];
}

/** Images and AI results, for those who read and review them. */
function useImagingCards({ id }: SessionUser): (Card | false)[] {
  const { t } = useTranslation();
  const can = useCan();
  const reads = can("sign_report");
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
      count: studies({ reading_status: "READING", reader: id }),
    },
    can("review_ai") && {
      key: "review",
      label: t("dashboard.review"),
      icon: IconBrain,
      to: "/ai/review",
      count: jobs({ status: "COMPLETED", review_status: "PENDING" }),
    },
    can("match_study") && {
      key: "unmatched",
      label: t("dashboard.unmatched"),
      icon: IconHelp,
      to: "/unmatched",
      count: unmatched,
    },
  ];
}

function useOperatorCards(): (Card | false)[] {
  const { t } = useTranslation();
  const can = useCan();
  return [
    can("operate") && {
      key: "health",
      label: t("dashboard.failing"),
      icon: IconHeartbeat,
      to: "/admin/outbox",
      count: failing,
      alarming: true,
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
    can("manage_users") && {
      key: "closedAccounts",
      label: t("dashboard.closedAccounts"),
      icon: IconUserOff,
      to: "/admin/users",
      count: closedAccounts,
    },
  ];
}

/** The counts of the start page, by what this person may do. */
export function useCounts(): Card[] {
  const { t } = useTranslation();
  const user = useUser();
  const ownTitle = useOwnTitle()("studies");
  return [
    ...useOperatorCards(),
    ...useOrderCards(user),
    ...useImagingCards(user),
    ownTitle !== null && {
      key: "studies",
      label: ownTitle,
      icon: IconScan,
      to: "/studies",
      count: studies({}),
    },
    user.role !== "patient" && {
      key: "shares",
      label: t("dashboard.received"),
      icon: IconShare,
      to: user.role === "external" ? "/shared" : "/shares",
      count: shares,
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
