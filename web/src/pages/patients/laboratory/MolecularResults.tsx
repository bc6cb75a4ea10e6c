import { Anchor, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { ordersQuery } from "@/api/queries";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { LabResult } from "@/shared/lab/LabResult";

type Order = Schema["OrderOut"];
const MOST = 50;

/** The results of genetic and protein tests, the newest first. */
export function MolecularResults({ patient }: { patient: number }) {
  return (
    <>
      <OfType patient={patient} job_type="GENETIC" />
      <OfType patient={patient} job_type="PROTEIN" />
    </>
  );
}

function OfType({ patient, job_type }: { patient: number; job_type: "GENETIC" | "PROTEIN" }) {
  const { t } = useTranslation();
  const title = useJobTypeName()(job_type);
  const orders = useQuery(
    ordersQuery({ patient, job_role: "LIS", job_type, page_size: MOST, ordering: "-ordered_at" }),
  );
  const reported = (found: Order[]) => found.filter(({ result }) => result);
  return (
    <Section title={title}>
      <QueryView
        query={orders}
        empty={t("chart.laboratory.noResult")}
        isEmpty={({ results }) => reported(results).length === 0}
      >
        {({ results }) => (
          <Stack gap="lg">
            {reported(results).map((order) => (
              <Result key={order.id} order={order} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

function Result({ order }: { order: Order }) {
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Anchor component={Link} to={`/orders?order=${order.id}`} size="sm" fw={500}>
          {`${order.accession_number} · ${dateTime(order.ordered_at)}`}
        </Anchor>
        {order.status && <StatusBadge kind="order" value={order.status} />}
      </Group>
      <LabResult result={order.result ?? {}} />
    </Stack>
  );
}
