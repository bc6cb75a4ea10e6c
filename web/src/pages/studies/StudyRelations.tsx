import { Anchor, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { useJobTypeName } from "@/shared/jobTypes";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate } from "@/shared/when";

const STATUSES: readonly string[] = [
  "ORDERED",
  "ACCEPTED",
  "IN_PROGRESS",
  "RESULT_READY",
  "CONFIRMED",
  "CANCELLED",
] satisfies Schema["OrderStatus"][];

/** What belongs to a study: its order, what the archive keeps of AI, and earlier studies. */
export function StudyRelations({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const jobTypeName = useJobTypeName();
  const { order, segmentations, priors } = study;
  return (
    <>
      {can("view_order") && (
        <Section
          title={t("studies.order")}
          action={
            order && STATUSES.includes(order.status) ? (
              <StatusBadge kind="order" value={order.status as Schema["OrderStatus"]} />
            ) : null
          }
        >
          <Text size="sm" {...(!order && { c: "dimmed" })}>
            {order ? `${jobTypeName(order.job_type)} · ${order.accession_number}` : t("studies.noOrder")}
          </Text>
        </Section>
      )}
      {segmentations.length > 0 && (
        <Section title={t("studies.segmentations")}>
          <List size="sm" listStyleType="none">
            {segmentations.map((segmentation) => (
              <List.Item key={segmentation.series_instance_uid}>
                {`${segmentation.description} · ${t("studies.segmentationHint")}`}
              </List.Item>
            ))}
          </List>
        </Section>
      )}
      {priors.length > 0 && (
        <Section title={t("studies.priors")}>
          <List size="sm" listStyleType="none" spacing={4}>
            {priors.map((prior) => (
              <List.Item key={prior.study_instance_uid}>
                <Anchor component={Link} to={`/studies/${prior.study_instance_uid}`} size="sm">
                  {[
                    prior.study_date ? calendarDate(prior.study_date) : t("studies.noDate"),
                    prior.modalities.join(", "),
                    prior.description,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </Anchor>
              </List.Item>
            ))}
          </List>
        </Section>
      )}
    </>
  );
}
