import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useIsStaff } from "@/session/react";
import { hasResult, type Order } from "./steps";

/** To the sheets that can be printed of an order. */
export function PrintLinks({ order }: { order: Order }) {
  const { t } = useTranslation();
  const staff = useIsStaff();
  const shown = hasResult(order) && (staff || order.status === "CONFIRMED");
  const button = { component: Link, variant: "default", size: "xs" } as const;
  return (
    <>
      <Button
        {...button}
        to={`/orders/${order.id}/requisition`}
        leftSection={<IconPrinter size={16} aria-hidden />}
      >
        {t("print.requisition")}
      </Button>
      {shown && (
        <Button
          {...button}
          to={`/orders/${order.id}/result`}
          leftSection={<IconPrinter size={16} aria-hidden />}
        >
          {t("print.result")}
        </Button>
      )}
    </>
  );
}
