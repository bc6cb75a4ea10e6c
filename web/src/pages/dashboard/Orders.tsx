import { Stack, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ordersQuery, type OrderFilters } from "@/api/queries";
import { useUser } from "@/session/react";
import { OrderLine } from "@/shared/OrderLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { useOwnTitle } from "@/shared/useAreaTitle";
import { assignedOrders, waitingOrders } from "@/shared/waitingOrders";
import { MoreThan } from "./MoreThan";
import { REFRESH_MS } from "./refresh";
import { ShowAll } from "./ShowAll";

const SHOWN = 6;

/** The open orders of this person or department: STAT first, then those that wait longest. */
export function WaitingOrders() {
  const { t } = useTranslation();
  const user = useUser();
  const mine = user.role === "doctor";
  return (
    <OrderSection
      title={t(mine ? "dashboard.myOrders" : "dashboard.nextOrders")}
      filters={waitingOrders(user)}
      empty={t("dashboard.nothing")}
    />
  );
}

/** The open orders that this person was given. */
export function AssignedOrders() {
  const { t } = useTranslation();
  return (
    <OrderSection
      title={t("dashboard.assigned")}
      filters={assignedOrders(useUser())}
      all="/orders?mine"
      empty={t("dashboard.nothing")}
    />
  );
}

/** Consultations that other doctors asked for and nobody has accepted. */
export function ConsultationsAsked() {
  const { t } = useTranslation();
  const { id } = useUser();
  return (
    <OrderSection
      title={t("dashboard.consultations")}
      filters={{
        ...{ status: "ORDERED", job_role: "CONSULT", not_ordered_by: id },
        ordering: "priority,ordered_at",
      }}
      empty={t("dashboard.nothing")}
    />
  );
}

/** Results that were entered for this doctor's orders and that nobody has confirmed. */
export function ResultsToConfirm() {
  const { t } = useTranslation();
  const { id } = useUser();
  return (
    <OrderSection
      title={t("dashboard.confirm")}
      filters={{ status: "RESULT_READY", ordered_by: id, ordering: "priority,ordered_at" }}
      empty={t("dashboard.nothing")}
    />
  );
}

/** Of patients: their own orders, the newest first. */
export function OwnOrders() {
  const { t } = useTranslation();
  const title = useOwnTitle()("orders");
  return (
    <OrderSection
      title={title ?? t("orders.title")}
      filters={{ ordering: "-ordered_at" }}
      empty={t("dashboard.noOrders")}
    />
  );
}

interface OrderSectionProps {
  title: string;
  filters: OrderFilters;
  all?: string;
  empty: string;
}

function OrderSection({ title, filters, all = "/orders", empty }: OrderSectionProps) {
  const { role } = useUser();
  const orders = useQuery({
    ...ordersQuery({ ...filters, page_size: SHOWN }),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Section title={title} action={<ShowAll to={all} />}>
      <QueryView query={orders} empty={empty} isEmpty={({ count }) => count === 0}>
        {({ count, results }) => (
          <>
            <Stack gap="sm">
              {results.map((order) => (
                <UnstyledButton key={order.id} component={Link} to={`/orders?order=${order.id}`}>
                  <OrderLine order={order} named={role !== "patient"} />
                </UnstyledButton>
              ))}
            </Stack>
            <MoreThan shown={results.length} count={count} />
          </>
        )}
      </QueryView>
    </Section>
  );
}
