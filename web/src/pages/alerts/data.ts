import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";

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
