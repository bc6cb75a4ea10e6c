import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan } from "@/session/react";
import { PageHeader } from "@/shared/PageHeader";
import { CdsClients } from "./CdsClients";
import { CdsFeedback } from "./CdsFeedback";
import { CdsRules } from "./CdsRules";

/** The rules of decision support, what became of their cards, and which systems outside may ask. */
export default function DecisionSupportPage() {
  const { t } = useTranslation();
  const can = useCan();
  return (
    <>
      <PageHeader title={t("cds.rules.title")} subtitle={t("cds.rules.subtitle")} />
      <Stack>
        <CdsRules />
        <CdsFeedback />
        {can("manage_users") && <CdsClients />}
      </Stack>
    </>
  );
}
