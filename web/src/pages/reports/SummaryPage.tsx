import { useTranslation } from "react-i18next";
import { PageHeader } from "@/shared/PageHeader";
import { Summary } from "@/shared/reports/Summary";
import { Section } from "@/shared/Section";
import { useIdParam } from "@/shared/useIdParam";

/** A signed report in short, for who does not read it in full. */
export default function SummaryPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("reports.summary")} />
      <Section title={t("reports.page")}>
        <Summary id={useIdParam("reportId")} pdf={false} />
      </Section>
    </>
  );
}
