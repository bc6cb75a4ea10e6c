import { Button, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan, useIsStaff } from "@/session/react";
import { Section } from "@/shared/Section";
import { Assignment } from "./Assignment";
import { OrderActions } from "./OrderActions";
import { isOfLaboratory, type Order } from "./steps";

/** Who does the order, and the steps that this person may take. Patients take none. */
export function OrderWork({ order, sectioned = false }: { order: Order; sectioned?: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  if (!useIsStaff()) return null;
  const parts = (
    <Stack gap="sm">
      <Assignment order={order} />
      {isOfLaboratory(order) && can("enter_lab_result") && (
        <Button component={Link} to={`/lab/orders/${order.id}`} variant="light" size="xs" style={{ alignSelf: "flex-start" }}>
          {t("orders.enterInLab")}
        </Button>
      )}
      <OrderActions order={order} />
    </Stack>
  );
  return sectioned ? <Section title={t("orders.work")}>{parts}</Section> : parts;
}
