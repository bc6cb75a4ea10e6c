import { Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ordersQuery } from "@/api/queries";
import { OrderLine } from "@/shared/OrderLine";
import { QueryView } from "@/shared/QueryView";

export function PatientOrders({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const orders = useQuery(ordersQuery({ patient, page_size: 100, ordering: "-ordered_at" }));
  return (
    <QueryView
      query={orders}
      empty={t("patients.noOrders")}
      isEmpty={({ count }) => count === 0}
    >
      {({ results }) => (
        <Stack gap="xs">
          {results.map((order) => (
            <Paper key={order.id} withBorder p="sm">
              <OrderLine order={order} />
              {order.clinical_info && (
                <Text size="sm" mt={4}>
                  {order.clinical_info}
                </Text>
              )}
            </Paper>
          ))}
        </Stack>
      )}
    </QueryView>
  );
}
