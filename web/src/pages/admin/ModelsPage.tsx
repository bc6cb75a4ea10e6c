import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { AiQueue } from "./AiQueue";
import { ModelList } from "./ModelList";
import { RoutingRules } from "./RoutingRules";

/** The models, the rules by which studies go to them, and what waits for them. */
export default function ModelsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("admin.models.title")} subtitle={t("admin.models.subtitle")} />
      <Tabs defaultValue="models" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="models">{t("admin.models.tab")}</Tabs.Tab>
          <Tabs.Tab value="rules">{t("admin.routing.tab")}</Tabs.Tab>
          <Tabs.Tab value="queue">{t("admin.aiQueue.tab")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="models">
          <ModelList />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RoutingRules />
        </Tabs.Panel>
        <Tabs.Panel value="queue">
          <AiQueue />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
