import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { currentLanguage, type Language } from "@/i18n";
import type { Draft } from "./autosave";
import type { Report } from "./data";
import { fieldText } from "./fieldText";
import classes from "./Reports.module.css";

interface ReportTextProps {
  /** Whose template names the parts. */
  report: Report;
  draft: Pick<Draft, "sections" | "fields">;
  language: Language;
}

/**
 * A report as it is read: its sections in the template's order, with what was filled in. What its
 * template does not have any more says so.
 */
export function ReportText({ report, draft, language }: ReportTextProps) {
  const { t } = useTranslation();
  const template = report.form;
  const earlier = (key: string, { label } = { label: { ko: key, en: key } }) => ({
    ko: t("reports.former.section", { name: label.ko }),
    en: t("reports.former.section", { name: label.en }),
  });
  const listed = new Set(template.sections.map(({ key }) => key));
  const known = new Set(template.fields.map(({ key }) => key));
  const former = Object.keys(draft.sections).filter((key) => !listed.has(key));
  const sections = [
    ...template.sections,
    ...former.map((key) => ({
      key,
      label: earlier(key, report.former.sections.find((one) => one.key === key)),
    })),
  ];
  return (
    <Stack gap="sm">
      {sections.map(({ key, label }) => {
        const text = draft.sections[key] ?? "";
        const fields = template.fields.filter(
          (field) => field.section === key && fieldText(field, draft.fields[field.key]),
        );
        if (!text && fields.length === 0) return null;
        return (
          <div key={key}>
            <Text size="sm" fw={600}>
              {label[language]}
            </Text>
            {fields.map((field) => (
              <Text key={field.key} size="sm">
                {`${field.label[currentLanguage()]}: ${fieldText(field, draft.fields[field.key])}`}
              </Text>
            ))}
            <Text size="sm" className={classes.signed} lang={language}>
              {text}
            </Text>
          </div>
        );
      })}
      {Object.entries(draft.fields)
        .filter(([key]) => !known.has(key))
        .map(([key, value]) => (
          <Text key={key} size="sm">
            {formerField(key, value)}
          </Text>
        ))}
    </Stack>
  );

  function formerField(key: string, value: unknown): string {
    const field = report.former.fields.find((one) => one.key === key);
    return `${earlier(key, field)[currentLanguage()]}: ${fieldText(field ?? {}, value)}`;
  }
}
