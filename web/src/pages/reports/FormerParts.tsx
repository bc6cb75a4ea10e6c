import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import type { Draft } from "./autosave";
import type { Report } from "./data";
import { fieldText } from "./fieldText";
import { SectionText } from "./SectionText";

interface FormerPartsProps {
  report: Report;
  draft: Draft;
  onChange: (draft: Draft) => void;
}

/** What the report has of an earlier version of its template: it is signed too, so it is shown. */
export function FormerParts({ report, draft, onChange }: FormerPartsProps) {
  const { t } = useTranslation();
  const { sections, fields } = report.former;
  return (
    <>
      {sections.map(({ key, label }) => (
        <SectionText
          key={key}
          label={t("reports.former.section", { name: label[currentLanguage()] })}
          required={false}
          value={draft.sections[key] ?? ""}
          onChange={(text) => {
            onChange({ ...draft, sections: { ...draft.sections, [key]: text } });
          }}
        />
      ))}
      {fields
        .filter(({ key }) => draft.fields[key] !== undefined)
        .map((field) => (
          <Group key={field.key} justify="space-between">
            <Text size="sm">
              {`${t("reports.former.section", { name: field.label[currentLanguage()] })}: ${fieldText(field, draft.fields[field.key])}`}
            </Text>
            <Button
              size="compact-sm"
              variant="light"
              onClick={() => {
                const kept = Object.entries(draft.fields).filter(([key]) => key !== field.key);
                onChange({ ...draft, fields: Object.fromEntries(kept) });
              }}
            >
              {t("reports.former.remove")}
            </Button>
          </Group>
        ))}
    </>
  );
}
