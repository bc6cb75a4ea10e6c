import { Stack, Text } from "@mantine/core";
import { currentLanguage, type Language } from "@/i18n";
import type { Draft } from "./autosave";
import type { Template } from "./data";
import { fieldText } from "./fieldText";
import classes from "./Reports.module.css";

interface ReportTextProps {
  template: Template;
  draft: Draft;
  language: Language;
}

/** A report as it is read: its sections in the template's order, with what was filled in. */
export function ReportText({ template, draft, language }: ReportTextProps) {
  return (
    <Stack gap="sm">
      {template.sections.map(({ key, label }) => {
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
    </Stack>
  );
}
