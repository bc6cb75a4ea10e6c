import { Badge, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { useCan } from "@/session/react";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { ifMatch, responsesQuery, type Assessment } from "./data";
import { RecordTable } from "./RecordTable";
import { ResponseForm } from "./ResponseForm";

const COLORS = { BASELINE: "gray", CR: "teal", PR: "green", SD: "blue", PD: "red", NE: "yellow" } as const;

function percent(value: number | null): string {
  if (value === null) return "–";
  return `${value > 0 ? "+" : ""}${value} %`;
}

/** The measured studies, the response that follows from each, and why. */
export function Responses({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const responses = useQuery(responsesQuery(patient));
  return (
    <Section
      title={t("treatment.responses")}
      action={can("record_treatment") && <ResponseForm patient={patient} />}
    >
      <QueryView query={responses}>
        {({ results }) => (
          <RecordTable
            label={t("treatment.responses")}
            kind="response"
            rows={results}
            patient={patient}
            edit={(row, name) => <ResponseForm patient={patient} row={row} name={name} />}
            remove={(row, reason) =>
              unwrap(
                api.DELETE("/api/followups/responses/{id}/", {
                  params: { path: { id: row.id } },
                  headers: ifMatch(row),
                  body: { reason },
                }),
              )
            }
            columns={[
              {
                key: "study",
                header: t("treatment.response.study"),
                render: (row) =>
                  row.study_moved ? (
                    calendarDate(row.assessed_on)
                  ) : (
                    <Link to={`/studies/${row.study_instance_uid}`}>{calendarDate(row.assessed_on)}</Link>
                  ),
              },
              {
                key: "lesions",
                header: t("treatment.response.lesions"),
                render: ({ lesions }) =>
                  lesions.map(({ label, longest_mm, perpendicular_mm }) => (
                    <Text key={label} size="sm">{`${label} ${longest_mm} × ${perpendicular_mm} mm`}</Text>
                  )),
              },
              {
                key: "sum",
                header: t("treatment.response.sum"),
                render: ({ judgement }) => (judgement.sum_mm2 === null ? "–" : `${judgement.sum_mm2} mm²`),
              },
              {
                key: "baseline",
                header: t("treatment.response.fromBaseline"),
                render: ({ judgement }) => percent(judgement.baseline_change_percent),
              },
              {
                key: "smallest",
                header: t("treatment.response.fromSmallest"),
                render: ({ judgement }) => percent(judgement.smallest_change_percent),
              },
              {
                key: "verdict",
                header: t("treatment.response.verdict"),
                render: (row) => <Verdict row={row} />,
              },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

function Verdict({ row }: { row: Assessment }) {
  const { t } = useTranslation();
  const { response, reasons, unconfirmed, confirmed_on, pseudoprogression, lesions } = row.judgement;
  const why = [
    ...reasons.filter((reason) => reason !== "study_moved").map((reason) => t(`treatment.reason.${reason}`)),
    ...lesions,
    confirmed_on && t("treatment.response.confirmedOn", { day: calendarDate(confirmed_on) }),
  ].filter(Boolean);
  return (
    <Stack gap={4}>
      {row.study_moved && (
        <Text size="xs" c="red" fw={600} role="note">
          {t("treatment.response.studyMoved")}
        </Text>
      )}
      <Group gap={4}>
        <Tooltip label={t(`treatment.response.${response}`)}>
          <Badge color={COLORS[response]}>
            {response === "BASELINE" ? t("treatment.response.BASELINE") : response}
          </Badge>
        </Tooltip>
        {unconfirmed && (
          <Badge color="gray">{t("treatment.response.unconfirmed", { response: unconfirmed })}</Badge>
        )}
        {pseudoprogression && <Badge color="orange">{t("treatment.response.pseudoprogression")}</Badge>}
      </Group>
      <Text size="xs" c="dimmed">
        {why.join(" · ")}
      </Text>
    </Stack>
  );
}
