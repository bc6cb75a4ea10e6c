import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { LabResult } from "@/shared/lab/LabResult";
import { dateTime } from "@/shared/when";
import { resultsBeforeQuery, valuesBeforeQuery, type Order } from "./data";

interface BesideProps {
  order: Order;
  result: Record<string, unknown>;
}

/** A result of the order beside what the patient had before: what a person looks at who decides on it. */
export function Beside(props: BesideProps) {
  return props.order.job_type === "BLOOD" ? <BesideValues {...props} /> : <BesideResult {...props} />;
}

function BesideValues({ order, result }: BesideProps) {
  const before = useQuery(valuesBeforeQuery(order));
  return (
    <>
      {before.isError && <ErrorNotice error={before.error} onRetry={() => void before.refetch()} />}
      <LabResult result={result} before={before.data ?? []} />
    </>
  );
}

function BesideResult({ order, result }: BesideProps) {
  const { t } = useTranslation();
  const before = useQuery(resultsBeforeQuery(order));
  const last = before.data?.[0];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <div>
        <Text size="sm" fw={600} mb={4}>
          {t("lab.verify.now")}
        </Text>
        <LabResult result={result} />
      </div>
      <div>
        <Text size="sm" fw={600} mb={4}>
          {last ? t("lab.verify.before", { at: dateTime(last.ordered_at) }) : t("lab.verify.nothingBefore")}
        </Text>
        {before.isError && <ErrorNotice error={before.error} onRetry={() => void before.refetch()} />}
        {last?.result && <LabResult result={last.result} />}
      </div>
    </SimpleGrid>
  );
}
