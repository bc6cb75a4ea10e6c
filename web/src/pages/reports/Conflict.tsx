import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { Comparison } from "@/shared/Comparison";
import { QueryView } from "@/shared/QueryView";
import { changesFrom, type Autosave, type Draft } from "./autosave";
import { readReport, type Report, type Template } from "./data";
import { fieldText } from "./fieldText";

interface ConflictProps {
  report: Report;
  template: Template;
  autosave: Autosave;
  draft: Draft;
}

/** Somebody else saved the report meanwhile: both texts side by side, and the person chooses. */
export function Conflict({ report, template, autosave, draft }: ConflictProps) {
  const { t } = useTranslation();
  const theirs = useQuery({
    queryKey: keys.reports.conflict(report.id),
    queryFn: ({ signal }) => readReport(report.id, signal),
    gcTime: 0,
    staleTime: 0,
  });
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="xl"
      title={t("reports.conflict.title")}
    >
      <QueryView query={theirs}>
        {(found) => (
          <Stack>
            <Text size="sm">
              {t("reports.conflict.who", { name: found.saved_by.full_name || found.saved_by.username })}
            </Text>
            <Comparison
              label={t("reports.conflict.title")}
              arrived={t("reports.conflict.mine")}
              recorded={t("reports.conflict.theirs")}
              rows={differing(template, draft, found)}
            />
            <Group justify="flex-end">
              <Button
                variant="default"
                onClick={() => {
                  autosave.resolve(found, "theirs");
                }}
              >
                {t("reports.conflict.takeTheirs")}
              </Button>
              <Button
                onClick={() => {
                  autosave.resolve(found, "mine");
                }}
              >
                {t("reports.conflict.keepMine")}
              </Button>
            </Group>
          </Stack>
        )}
      </QueryView>
    </Modal>
  );
}

/** Label, mine and theirs of what is not the same. */
function differing(template: Template, mine: Draft, theirs: Draft): [string, string, string][] {
  const changed = changesFrom(theirs, mine);
  const language = currentLanguage();
  return [
    ...template.sections
      .filter(({ key }) => changed.sections?.[key] !== undefined)
      .map(({ key, label }): [string, string, string] => [
        label[language],
        mine.sections[key] ?? "",
        theirs.sections[key] ?? "",
      ]),
    ...template.fields
      .filter(({ key }) => changed.fields && key in changed.fields)
      .map((field): [string, string, string] => [
        field.label[language],
        fieldText(field, mine.fields[field.key]),
        fieldText(field, theirs.fields[field.key]),
      ]),
  ];
}
