import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage, type Language } from "@/i18n";
import { Section } from "@/shared/Section";
import { beginReport, useRefresh, type Report, type Template } from "./data";
import { LanguageChoice } from "./LanguageChoice";

interface BeginProps {
  study: string;
  templates: Template[];
  /** Codes of the templates that the study has a report of. */
  used: string[];
  onBegun: (report: Report) => void;
}

/** Which template, in which language; the report is a draft from then on. */
export function Begin({ study, templates, used, onBegun }: BeginProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const free = templates.filter(({ code, retired }) => !retired && !used.includes(code));
  const [template, setTemplate] = useState(free[0]?.code ?? null);
  const [language, setLanguage] = useState<Language>(currentLanguage());
  const begin = useMutation({
    mutationFn: (code: string) => beginReport({ study_instance_uid: study, template: code, language }),
    onSuccess: async (report) => {
      await refresh(report);
      onBegun(report);
    },
  });
  return (
    <Section title={t("reports.begin.title")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("reports.begin.hint")}
        </Text>
        <Group align="flex-end" data-begin>
          <Select
            label={t("reports.template")}
            allowDeselect={false}
            data={free.map(({ code, name }) => ({ value: code, label: name[currentLanguage()] }))}
            value={template}
            onChange={setTemplate}
            w={260}
          />
          <LanguageChoice value={language} onChange={setLanguage} />
          <Button
            aria-keyshortcuts="Alt+B"
            disabled={!template}
            loading={begin.isPending}
            onClick={() => {
              if (template) begin.mutate(template);
            }}
          >
            {t("reports.begin.button")}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
