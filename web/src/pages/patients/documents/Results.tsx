import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ordersQuery } from "@/api/queries";
import { useCan } from "@/session/react";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";

const MOST = 100;

/** Orders whose result is there, as documents that can be opened. */
export function Results({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const jobTypeName = useJobTypeName();
  const orders = useQuery({
    ...ordersQuery({ patient, page_size: MOST, ordering: "-ordered_at" }),
    enabled: can("view_order"),
  });
  if (!can("view_order")) return null;
  return (
    <Section title={t("chart.documents.results")}>
      <QueryView
        query={orders}
        empty={t("chart.documents.noResults")}
        isEmpty={({ results }) => !results.some(({ result }) => result)}
      >
        {({ results }) => (
          <Stack gap={6}>
            {results
              .filter(({ result }) => result)
              .map(({ id, job_role, job_type, ordered_at, status, accession_number }) => (
                <Group key={id} justify="space-between" wrap="nowrap">
                  <div>
                    <Anchor component={Link} to={`/orders?order=${id}`} size="sm" fw={500}>
                      {`${t(`status.jobRole.${job_role}`)} · ${jobTypeName(job_type)}`}
                    </Anchor>
                    <Text size="xs" c="dimmed">
                      {`${accession_number} · ${dateTime(ordered_at)}`}
                    </Text>
                  </div>
                  {status && <StatusBadge kind="order" value={status} />}
                </Group>
              ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}
