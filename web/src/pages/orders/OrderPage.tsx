import { Button, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { orderQuery } from "@/api/queries";
import { useIsStaff } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { useIdParam } from "@/shared/useIdParam";
import { OrderFacts } from "./OrderFacts";
import { OrderHistory } from "./OrderHistory";
import { OrderNotes } from "./OrderNotes";
import { OrderResult } from "./OrderResult";
import { OrderWork } from "./OrderWork";
import { PrintLinks } from "./PrintLinks";
import { hasResult } from "./steps";

/** One order; where its alerts lead. */
export default function OrderPage() {
  const { t } = useTranslation();
  const staff = useIsStaff();
  const id = useIdParam("orderId");
  const order = useQuery(orderQuery(id));
  return (
    <>
      <PageHeader title={t("orders.detail")}>
        {order.data && <PrintLinks order={order.data} />}
        <Button component={Link} to="/orders" variant="default" size="xs">
          {t("orders.toList")}
        </Button>
      </PageHeader>
      <QueryView query={order} rows={6}>
        {(data) => (
          <SimpleGrid key={data.id} cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
            <Stack>
              <Section title={t("orders.order")}>
                <OrderFacts order={data} />
              </Section>
              {hasResult(data) && (
                <Section title={t("orders.result")}>
                  <OrderResult order={data} />
                </Section>
              )}
            </Stack>
            <Stack>
              <OrderWork order={data} sectioned />
              {staff && (
                <Section title={t("orders.notes")}>
                  <OrderNotes order={data} />
                </Section>
              )}
              <Section title={t("orders.history")}>
                <OrderHistory id={id} />
              </Section>
            </Stack>
          </SimpleGrid>
        )}
      </QueryView>
    </>
  );
}
