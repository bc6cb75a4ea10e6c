import { Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { dateTime } from "@/shared/when";
import { isAmendment } from "./history";
import { Titled } from "./Titled";
import type { OrderStatus } from "./steps";

/** Who did what to the order, and why. */
export function OrderHistory({ id, titled = false }: { id: number; titled?: boolean }) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: keys.orders.history(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ocs/orders/{id}/history/", {
          params: { path: { id }, query: { page_size: 200 } },
          signal,
        }),
      ),
  });
  return (
    <Titled title={t("orders.history")} shown={titled}>
      <QueryView query={history}>{({ results }) => <Steps steps={results} />}</QueryView>
    </Titled>
  );
}

function Steps({ steps }: { steps: Schema["OrderHistoryOut"][] }) {
  const { t } = useTranslation();
  return (
    <Timeline bulletSize={14} lineWidth={2} active={steps.length}>
      {steps.map((step) => (
        <Timeline.Item
          key={step.id}
          title={
            isAmendment(step) ? t("orders.amended") : t(`status.order.${step.to_status as OrderStatus}`)
          }
        >
          <Text size="xs" c="dimmed">{`${step.actor_name} · ${dateTime(step.at)}`}</Text>
          {step.reason && <Text size="sm">{step.reason}</Text>}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
