import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

const UNREAD = ["alerts", "unread"];
const PAGE = 20;

/** How many are unread; the live line keeps it right. */
export function useUnread() {
  return useQuery({
    queryKey: UNREAD,
    queryFn: async ({ signal }) => {
      const query = { unread: true, page_size: 1 };
      return (await unwrap(api.GET("/api/alert/notifications/", { params: { query }, signal }))).count;
    },
  });
}

/** Newest first, page after page. */
export function useAlerts(unreadOnly: boolean) {
  return useInfiniteQuery({
    queryKey: ["alerts", "list", unreadOnly],
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
  client.setQueryData(UNREAD, unread);
  void client.invalidateQueries({ queryKey: ["alerts", "list"] });
}

export function countOneMore(client: QueryClient): void {
  adoptUnread(client, (client.getQueryData<number>(UNREAD) ?? 0) + 1);
}
