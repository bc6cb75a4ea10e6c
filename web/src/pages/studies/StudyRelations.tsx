import { Anchor, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { dicomTime } from "@/shared/format";
import { useJobTypeName } from "@/shared/jobTypes";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { calendarDate, dateTime } from "@/shared/when";
import { DerivedSeries } from "./DerivedSeries";

const STATUSES: readonly string[] = [
  "ORDERED",
  "ACCEPTED",
  "IN_PROGRESS",
  "RESULT_READY",
  "CONFIRMED",
  "CANCELLED",
] satisfies Schema["OrderStatus"][];

type Study = Schema["StudyDetailOut"];

/** What belongs to a study: its order, the objects about its images, the patient's other studies. */
export function StudyRelations({ study }: { study: Study }) {
  const { t } = useTranslation();
  const can = useCan();
  const { order } = study;
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
          {order ? <Asked study={study} /> : <Text size="sm" c="dimmed">{t("studies.noOrder")}</Text>}
        </Section>
      )}
      <DerivedSeries title={t("studies.segmentations")} series={study.segmentations} />
      <DerivedSeries title={t("studies.structuredReports")} series={study.structured_reports} />
      <DerivedSeries title={t("studies.otherObjects")} series={study.other_objects} />
      <Senders senders={study.senders} />
      <StudyLinks title={t("studies.priors")} studies={study.priors} />
      <StudyLinks title={t("studies.otherStudies")} studies={study.other_studies} />
    </>
  );
}

/** Who sent the images by C-STORE. */
function Senders({ senders }: { senders: Study["senders"] }) {
  const { t } = useTranslation();
  if (!senders.length) return null;
  return (
    <Section title={t("studies.senders")}>
      <List listStyleType="none" size="sm">
        {senders.map(({ ae_title, address, last_at }) => (
          <List.Item key={`${ae_title} ${address}`}>
            <span className="mono">{ae_title}</span> · {address} · {dateTime(last_at)}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

/** What the order asks, and by whom. */
function Asked({ study }: { study: Study }) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const { order, priority } = study;
  return (
    <Stack gap={6}>
      <Text size="sm">{order && `${jobTypeName(order.job_type)} · ${order.accession_number}`}</Text>
      <Fact name={t("studies.clinicalQuestion")}>
        {study.clinical_question ?? t("studies.noQuestion")}
      </Fact>
      {study.ordered_by && <Fact name={t("studies.orderedBy")}>{study.ordered_by}</Fact>}
      {priority && <Fact name={t("studies.priority")}>{t(`status.priority.${priority}`)}</Fact>}
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{children}</Text>
    </div>
  );
}

function StudyLinks({ title, studies }: { title: string; studies: Schema["PriorOut"][] }) {
  const { t } = useTranslation();
  if (studies.length === 0) return null;
  return (
    <Section title={title}>
      <List size="sm" listStyleType="none" spacing={4}>
        {studies.map((one) => (
          <List.Item key={one.study_instance_uid}>
            <Anchor component={Link} to={`/studies/${one.study_instance_uid}`} size="sm">
              {[
                one.study_date
                  ? `${calendarDate(one.study_date)} ${dicomTime(one.study_time)}`.trim()
                  : t("studies.noDate"),
                one.modalities.join(", "),
                one.description,
                t("studies.imageCount", { count: one.image_count }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Section>
  );
}
