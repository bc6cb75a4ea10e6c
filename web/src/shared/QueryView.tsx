import { Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "./ErrorNotice";

interface QueryViewProps<T> {
  query: UseQueryResult<T>;
  /** Said instead of the children when `isEmpty` holds. */
  empty?: string;
  isEmpty?: (data: T) => boolean;
  /** Rows of the placeholder. */
  rows?: number;
  children: (data: T) => ReactNode;
}

/** The three states of a query: a placeholder, what went wrong, or the data. */
export function QueryView<T>({ query, empty, isEmpty, rows = 3, children }: QueryViewProps<T>) {
  const { t } = useTranslation();
  if (query.isPending) {
    return (
      <Stack gap="xs" role="status" aria-label={t("common.loading")}>
        {Array.from({ length: rows }, (_, row) => (
          <Skeleton key={row} h={36} />
        ))}
      </Stack>
    );
  }
  if (query.isError) {
    return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (empty && isEmpty?.(query.data)) {
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    );
  }
  return children(query.data);
}
