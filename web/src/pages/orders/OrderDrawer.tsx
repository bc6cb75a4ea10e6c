import { Anchor, Drawer, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { orderQuery } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { OrderFacts } from "./OrderFacts";
import { OrderHistory } from "./OrderHistory";
import { OrderNotes } from "./OrderNotes";
import { OrderResult } from "./OrderResult";
import { OrderWork } from "./OrderWork";
import { PrintLinks } from "./PrintLinks";

interface OrderDrawerProps {
  id: number | null;
  onClose: () => void;
}

/** An order beside the list. */
export function OrderDrawer({ id, onClose }: OrderDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      title={t("orders.detail")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {id !== null && <Detail key={id} id={id} />}
    </Drawer>
  );
}

function Detail({ id }: { id: number }) {
  const { t } = useTranslation();
  const order = useQuery(orderQuery(id));
  return (
    <QueryView query={order} rows={5}>
      {(data) => (
        <Stack>
          <OrderFacts order={data} />
          <Group gap="sm">
            <Anchor component={Link} to={`/orders/${id}`} size="sm">
              {t("orders.openPage")}
            </Anchor>
            <PrintLinks order={data} />
          </Group>
          <OrderResult order={data} titled />
          <OrderWork order={data} />
          <OrderNotes order={data} titled />
          <OrderHistory id={id} titled />
        </Stack>
      )}
    </QueryView>
  );
}
