import { Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "./ErrorNotice";
import { isLost } from "./failure";
import { StaleNotice } from "./StaleNotice";

interface QueryViewProps<T> {
  query: UseQueryResult<T>;
  /** Said instead of the children when `isEmpty` holds. */
  empty?: string;
  isEmpty?: (data: T) => boolean;
  /** Rows of the placeholder. */
  rows?: number;
  children: (data: T) => ReactNode;
}

/** The three states of a query: a placeholder, what went wrong, or the data, which a failed refresh leaves. */
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
  const retry = () => void query.refetch();
  if (query.data === undefined || isLost(query)) {
    return <ErrorNotice error={query.error} onRetry={retry} />;
  }
  return (
    <>
      {query.isError && <StaleNotice readAt={query.dataUpdatedAt} onRetry={retry} />}
      {empty && isEmpty?.(query.data) ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        children(query.data)
      )}
    </>
  );
}
