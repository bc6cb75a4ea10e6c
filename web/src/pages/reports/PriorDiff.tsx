import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { Comparison } from "@/shared/Comparison";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { comparisonQuery, type Report } from "./data";
import classes from "./Reports.module.css";

/** What this report says otherwise than the patient's last one; the saved text is compared. */
export function PriorDiff({ report }: { report: Report }) {
  const { t } = useTranslation();
  const comparison = useQuery(comparisonQuery(report.id));
  return (
    <Section title={t("reports.prior.title")}>
      <QueryView query={comparison} empty={t("reports.prior.none")} isEmpty={({ prior }) => !prior}>
        {({ prior, sections, fields }) => (
          <Stack gap="sm">
            {prior && <PriorName prior={prior} />}
            {sections.map(({ key, label, diff }) => (
              <div key={key}>
                <Text size="xs" c="dimmed">
                  {label[currentLanguage()]}
                </Text>
                <div className={classes.diff}>
                  {diff.map(({ op, text }, index) => {
                    if (op === "insert") return <ins key={index}>{text}</ins>;
                    return op === "delete" ? <del key={index}>{text}</del> : text;
                  })}
                </div>
              </div>
            ))}
            {fields.length > 0 && (
              <Comparison
                label={t("reports.prior.fields")}
                arrived={t("reports.prior.before")}
                recorded={t("reports.prior.now")}
                rows={fields.map(({ label, before, after }) => [
                  label[currentLanguage()],
                  before ?? "",
                  after ?? "",
                ])}
              />
            )}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

function PriorName({ prior }: { prior: Schema["ReportRowOut"] }) {
  const { t } = useTranslation();
  const date = prior.study.study_date;
  return (
    <Anchor component={Link} to={`/studies/${prior.study_instance_uid}/report`} size="sm">
      {[prior.study.description, date ? calendarDate(date) : t("studies.noDate")]
        .filter(Boolean)
        .join(" · ")}
    </Anchor>
  );
}
