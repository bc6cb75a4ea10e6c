import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { hasEnded, isOwnConsultation, worksOn, type Order } from "./steps";

/** Who has the order, and for those who work such orders: to whom it goes. */
export function Assignment({ order }: { order: Order }) {
  const { t } = useTranslation();
  const assigns = worksOn(order, useUser()) && !hasEnded(order);
  return (
    <Stack gap="xs">
      <Text size="sm">{`${t("orders.assigned")}: ${order.assigned_to_name ?? t("orders.nobody")}`}</Text>
      {assigns && <Assign order={order} />}
    </Stack>
  );
}

function Assign({ order }: { order: Order }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const user = useUser();
  const me = user.id;
  const { id, assigned_to: now } = order;
  const people = useQuery({
    queryKey: keys.orders.assignees(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ocs/orders/{id}/assignees/", { params: { path: { id } }, signal })),
  });
  const assign = useMutation({
    mutationFn: (user: number | null) =>
      unwrap(api.POST("/api/ocs/orders/{id}/assign/", { params: { path: { id } }, body: { user } })),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(t("common.saved"));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.orders.all }),
  });
  const others = (people.data ?? []).filter((person) => person.id !== me);
  const isOther = now != null && now !== me;
  return (
    <>
      <Group gap="xs" align="flex-end">
        {now !== me && !isOwnConsultation(order, user) && (
          <Button
            size="xs"
            variant="light"
            loading={assign.isPending}
            onClick={() => {
              assign.mutate(me);
            }}
          >
            {t("orders.assignToMe")}
          </Button>
        )}
        {now != null && (
          <Button
            size="xs"
            variant="default"
            loading={assign.isPending}
            onClick={() => {
              assign.mutate(null);
            }}
          >
            {t("orders.unassign")}
          </Button>
        )}
        {others.length > 0 && (
          <Select
            size="xs"
            searchable
            label={t("orders.assignTo")}
            data={others.map((person) => ({ value: String(person.id), label: person.full_name }))}
            value={isOther ? String(now) : null}
            onChange={(chosen) => {
              if (chosen) assign.mutate(Number(chosen));
            }}
          />
        )}
      </Group>
      {assign.isError && <ErrorNotice error={assign.error} />}
      {people.isError && <ErrorNotice error={people.error} />}
    </>
  );
}
