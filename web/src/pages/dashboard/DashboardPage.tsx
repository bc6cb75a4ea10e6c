import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan, useUser } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { CountCard } from "./CountCard";
import { useCounts } from "./counts";
import { NewestStudies } from "./NewestStudies";
import { NextOrders } from "./NextOrders";
import { NextReviews } from "./NextReviews";

/** What waits for this person, by what the person may do. */
export default function DashboardPage() {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  const counts = useCounts();
  return (
    <>
      <PageHeader
        title={t("dashboard.greeting", { name: user.full_name || user.username })}
        tab={t("dashboard.title")}
      />
      <Stack gap="lg">
        <SimpleGrid
          component="section"
          aria-label={t("dashboard.waiting")}
          minColWidth="165px"
          autoFlow="auto-fill"
        >
          {counts.map(({ key, ...card }) => (
            <CountCard key={key} name={key} {...card} />
          ))}
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
          {can("view_study") && <NewestStudies />}
          {can("review_ai") && <NextReviews />}
          {can("view_order") && user.role !== "admin" && <NextOrders />}
        </SimpleGrid>
      </Stack>
    </>
  );
}
