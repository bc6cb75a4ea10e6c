import { Stack, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ordersQuery, type OrderFilters } from "@/api/queries";
import { useCan, useUser } from "@/session/react";
import { OrderLine } from "@/shared/OrderLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { useOwnTitle } from "@/shared/useAreaTitle";
import { ShowAll } from "./ShowAll";

const SHOWN = { ordering: "-ordered_at", page_size: 6 };

/** The orders whose next step is this person's; for patients, their own. */
function useWanted(): OrderFilters {
  const can = useCan();
  if (can("work_ris_order")) return { ...SHOWN, job_role: "RIS", status: "ORDERED" };
  if (can("work_lis_order")) return { ...SHOWN, job_role: "LIS", status: "ORDERED" };
  if (can("confirm_order")) return { ...SHOWN, status: "RESULT_READY" };
  return SHOWN;
}

export function NextOrders() {
  const { t } = useTranslation();
  const { role } = useUser();
  const orders = useQuery(ordersQuery(useWanted()));
  const own = role === "patient";
  const ownTitle = useOwnTitle()("orders");
  return (
    <Section
      title={ownTitle ?? t("dashboard.nextOrders")}
      action={<ShowAll to="/orders" />}
    >
      <QueryView query={orders} empty={t("dashboard.nothing")} isEmpty={({ count }) => count === 0}>
        {({ results }) => (
          <Stack gap="sm">
            {results.map((order) => (
              <UnstyledButton key={order.id} component={Link} to={`/orders?order=${order.id}`}>
                <OrderLine order={order} named={!own} />
              </UnstyledButton>
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
