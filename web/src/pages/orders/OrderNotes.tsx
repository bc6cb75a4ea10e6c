import { Button, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan, useIsStaff, useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { worksOn, type Order } from "./steps";
import { Titled } from "./Titled";

/** What those who work the order tell each other; of the staff, for the staff. */
export function OrderNotes({ order, titled = false }: { order: Order; titled?: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  if (!useIsStaff()) return null;
  return (
    <Titled title={t("orders.notes")} shown={titled}>
      <Stack gap="sm">
        <Written id={order.id} />
        {(worksOn(order, user) || can("create_order")) && <Write id={order.id} />}
      </Stack>
    </Titled>
  );
}

function Written({ id }: { id: number }) {
  const { t } = useTranslation();
  const notes = useQuery({
    queryKey: keys.orders.notes(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ocs/orders/{id}/notes/", {
          params: { path: { id }, query: { page_size: 200 } },
          signal,
        }),
      ),
  });
  return (
    <QueryView query={notes} empty={t("orders.noNotes")} isEmpty={({ count }) => count === 0}>
      {({ results }) => (
        <Stack gap="xs">
          {results.map(({ id: row, text, author_name, at }) => (
            <div key={row}>
              <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
                {text}
              </Text>
              <Text size="xs" c="dimmed">{`${author_name} · ${dateTime(at)}`}</Text>
            </div>
          ))}
        </Stack>
      )}
    </QueryView>
  );
}

function Write({ id }: { id: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const add = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ocs/orders/{id}/notes/", {
          params: { path: { id } },
          body: { text: text.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      setText("");
      return client.invalidateQueries({ queryKey: keys.orders.notes(id) });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) add.mutate();
      }}
    >
      <Stack gap="xs" align="flex-start">
        <Textarea
          w="100%"
          label={t("orders.note")}
          autosize
          minRows={2}
          maxLength={2000}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        {add.isError && <ErrorNotice error={add.error} />}
        <Button type="submit" size="xs" variant="light" disabled={!text.trim()} loading={add.isPending}>
          {t("orders.noteAdd")}
        </Button>
      </Stack>
    </form>
  );
}
