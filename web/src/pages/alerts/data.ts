import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import type { Notification } from "./socket";

const PAGE = 20;

/** How many are unread; the live line keeps it right. */
export function useUnread() {
  return useQuery({
    queryKey: keys.alerts.unread,
    queryFn: async ({ signal }) => {
      const query = { unread: true, page_size: 1 };
      return (await unwrap(api.GET("/api/alert/notifications/", { params: { query }, signal }))).count;
    },
  });
}

/** Newest first, page after page. */
export function useAlerts(unreadOnly: boolean) {
  return useInfiniteQuery({
    queryKey: keys.alerts.list(unreadOnly),
    queryFn: ({ pageParam, signal }) => {
      const query = { page: pageParam, page_size: PAGE, ...(unreadOnly && { unread: true }) };
      return unwrap(api.GET("/api/alert/notifications/", { params: { query }, signal }));
    },
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.next ? pages.length + 1 : null),
  });
}

export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    /** Without ids, all of them. */
    mutationFn: (ids?: number[]) =>
      unwrap(api.POST("/api/alert/notifications/read/", { body: ids ? { ids } : {} })),
    onSuccess: ({ unread }) => {
      adoptUnread(client, unread);
    },
  });
}

/** Take over the server's count; the lists are asked for again. */
export function adoptUnread(client: QueryClient, unread: number): void {
  client.setQueryData(keys.alerts.unread, unread);
  void client.invalidateQueries({ queryKey: keys.alerts.lists });
}

export function countOneMore(client: QueryClient): void {
  adoptUnread(client, (client.getQueryData<number>(keys.alerts.unread) ?? 0) + 1);
}

const ORDERS = [keys.orders.all, keys.counts];
const RESULTS = [...ORDERS, keys.lab.all, keys.chart.all];
const AI = [keys.ai.all, keys.counts];
const CRITICAL = [keys.criticalResults.all];
const IMAGES = [keys.unmatched.all, keys.studies.all, keys.counts];

/** What an alert of a kind makes old on the pages that are open. */
const STALE: Partial<Record<Notification["kind"], readonly (readonly unknown[])[]>> = {
  ai_completed: AI,
  ai_failed: AI,
  published: [...AI, keys.studies.all],
  publication_failed: AI,
  study_unmatched: IMAGES,
  images_unfiled: IMAGES,
  series_move_failed: IMAGES,
  order_waiting: ORDERS,
  order_urgent: ORDERS,
  order_stat: ORDERS,
  order_result: RESULTS,
  order_cancelled: ORDERS,
  order_changed: ORDERS,
  order_assigned: ORDERS,
  order_overdue: ORDERS,
  order_amended: RESULTS,
  critical_result: RESULTS,
  critical_unconfirmed: RESULTS,
  critical_report: CRITICAL,
  critical_report_unconfirmed: CRITICAL,
  lab_message_held: [keys.lab.all],
  glass_broken: [keys.glass.all],
  audit_broken: [keys.audit.all, keys.counts],
  task_given_up: [keys.outbox.all, keys.counts],
  merge_proposed: [keys.merging.all],
  merge_done: [keys.merging.all, keys.patients.all],
  merge_rejected: [keys.merging.all],
  merge_undone: [keys.merging.all, keys.patients.all],
  share_received: [keys.shares.all, keys.studies.all, keys.patients.all, keys.counts],
};

/** Have the lists asked for again that the alert is about. */
export function refreshAbout(client: QueryClient, kind: Notification["kind"]): void {
  for (const queryKey of STALE[kind] ?? []) void client.invalidateQueries({ queryKey });
}

const SETTLE_MS = 400;
let settling: ReturnType<typeof setTimeout> | undefined;

/** Rows of the worklist changed; of many changes at once the list is asked for again once. */
export function refreshChanged(client: QueryClient): void {
  settling ??= setTimeout(() => {
    settling = undefined;
    void client.invalidateQueries({ queryKey: keys.worklist.all });
  }, SETTLE_MS);
}

/** The live line was down: any of them may have changed. */
export function refreshMissed(client: QueryClient): void {
  const all = [...RESULTS, keys.ai.jobs, keys.unmatched.all, keys.shares.all, keys.worklist.all];
  for (const queryKey of all) void client.invalidateQueries({ queryKey });
}
