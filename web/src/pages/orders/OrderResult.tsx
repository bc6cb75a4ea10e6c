import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Text } from "@mantine/core";
import { LabResult } from "@/shared/lab/LabResult";
import { QueryView } from "@/shared/QueryView";
import { resultSchemaQuery } from "@/shared/schemaForm/resultSchema";
import { SchemaResult } from "@/shared/schemaForm/SchemaResult";
import type { Values } from "@/shared/schemaForm/values";
import { hasResult, type Order } from "./steps";
import { Titled } from "./Titled";

/** The result: of the laboratory with flags and ranges, any other as its schema names it. */
export function OrderResult({ order, titled = false }: { order: Order; titled?: boolean }) {
  const { t } = useTranslation();
  if (!hasResult(order)) return null;
  const result: Values = order.result ?? {};
  const empty = Object.keys(result).length === 0;
  return (
    <Titled title={t("orders.result")} shown={titled}>
      {empty ? (
        <Text size="sm" c="dimmed">
          {t("orders.noValues")}
        </Text>
      ) : order.job_role === "LIS" ? (
        <LabResult result={result} />
      ) : (
        <Typed order={order} result={result} />
      )}
    </Titled>
  );
}

function Typed({ order, result }: { order: Order; result: Values }) {
  const { job_type, result_schema_version: version = null } = order;
  const schema = useQuery({ ...resultSchemaQuery(job_type, version), enabled: version !== null });
  if (version === null) return <SchemaResult schema={null} result={result} />;
  return <QueryView query={schema}>{(found) => <SchemaResult schema={found} result={result} />}</QueryView>;
}
