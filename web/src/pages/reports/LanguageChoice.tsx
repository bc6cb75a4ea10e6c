import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Language } from "@/i18n";

interface LanguageChoiceProps {
  value: Language;
  onChange: (language: Language) => void;
}

/** The language that the report is written in, each by its own name. */
export function LanguageChoice({ value, onChange }: LanguageChoiceProps) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t("reports.language")}
      value={value}
      onChange={onChange}
      data={[
        { value: "ko", label: t("reports.languages.ko") },
        { value: "en", label: t("reports.languages.en") },
      ]}
    />
  );
}
