import { Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { OrderLine } from "@/shared/OrderLine";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { confirmedQuery } from "./confirmed";

/** The results that a doctor released, as they were written. */
export function Documents({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const orders = useQuery(confirmedQuery(patient));
  return (
    <Section title={t("portal.part.documents")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("portal.documentsHint")}
        </Text>
        <QueryView query={orders} empty={t("portal.noDocuments")} isEmpty={({ count }) => count === 0}>
          {({ results }) => (
            <Stack gap="sm">
              {results.map((order) => (
                <UnstyledButton key={order.id} component={Link} to={`/orders?order=${order.id}`}>
                  <OrderLine order={order} />
                </UnstyledButton>
              ))}
            </Stack>
          )}
        </QueryView>
      </Stack>
    </Section>
  );
}
