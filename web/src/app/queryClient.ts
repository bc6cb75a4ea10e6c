import { MutationCache, QueryClient } from "@tanstack/react-query";
import { showError } from "@/shared/toasts";
import { asApiError } from "@/api/errors";

const RETRIES = 2;

/** Ask again only where a second try may help: no connection, or a server in trouble. */
function worthRetrying(failures: number, error: unknown): boolean {
  const { kind, status } = asApiError(error);
  return failures < RETRIES && (kind === "network" || status >= 500);
}

declare module "@tanstack/react-query" {
  interface Register {
    /** `quiet`: the caller shows the error itself. */
    mutationMeta: { quiet?: boolean };
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, retry: worthRetrying },
    mutations: { retry: false },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.quiet) showError(error);
    },
  }),
});
