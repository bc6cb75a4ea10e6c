import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";
import type { SessionUser } from "@/session";
import { useUser } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { CountCard } from "./CountCard";
import { useCounts } from "./counts";
import { Health } from "./Health";
import { FailedPublications, NextReviews } from "./Jobs";
import { AssignedOrders, ConsultationsAsked, OwnOrders, ResultsToConfirm, WaitingOrders } from "./Orders";
import { OwnAccess } from "./OwnAccess";
import { SharesEnding } from "./SharesEnding";
import { NewestStudies, NextStudies } from "./Studies";
import { NextVisits } from "./Visits";

/** What each role has to look at, the most pressing first. */
const SECTIONS: Record<SessionUser["role"], ReactNode> = {
  admin: (
    <>
      <Health />
      <NewestStudies />
    </>
  ),
  doctor: (
    <>
      <ResultsToConfirm />
      <AssignedOrders />
      <ConsultationsAsked />
      <WaitingOrders />
      <NextVisits />
      <NextReviews />
      <FailedPublications />
      <SharesEnding />
    </>
  ),
  rib: (
    <>
      <NextStudies />
      <AssignedOrders />
      <WaitingOrders />
      <NextReviews />
      <FailedPublications />
      <SharesEnding />
    </>
  ),
  lab: (
    <>
      <AssignedOrders />
      <WaitingOrders />
    </>
  ),
  nurse: (
    <>
      <NextVisits />
      <WaitingOrders />
      <NewestStudies />
    </>
  ),
  patient: (
    <>
      <NextVisits />
      <NewestStudies />
      <OwnOrders />
      <OwnAccess />
    </>
  ),
  external: (
    <>
      <NewestStudies />
      <SharesEnding />
    </>
  ),
};

/** What waits for this person. */
export default function DashboardPage() {
  const { t } = useTranslation();
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
          {SECTIONS[user.role]}
        </SimpleGrid>
      </Stack>
    </>
  );
}
