import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan, useUser } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { Figure } from "./Figure";
import { useFigures } from "./figures";
import { NewestStudies } from "./NewestStudies";
import { NextOrders } from "./NextOrders";
import { NextReviews } from "./NextReviews";

/** What waits for this person, by what the person may do. */
export default function DashboardPage() {
  const { t } = useTranslation();
  const can = useCan();
  const user = useUser();
  const figures = useFigures();
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
          {figures.map(({ key, ...figure }) => (
            <Figure key={key} name={key} {...figure} />
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
