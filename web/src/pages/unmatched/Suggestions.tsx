import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useJobTypeName } from "@/shared/jobTypes";
import { calendarDate, dateTime } from "@/shared/when";

export type Suggestion = Schema["SuggestionOut"];

/** Patients whose the images may be, with what agrees; choosing one confirms nothing yet. */
export function Suggestions({
  suggestions,
  onChoose,
}: {
  suggestions: Suggestion[];
  onChoose: (suggestion: Suggestion) => void;
}) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  if (suggestions.length === 0) return null;
  return (
    <Stack gap="xs" role="group" aria-label={t("unmatched.suggestions.title")}>
      <Text size="sm" fw={600}>
        {t("unmatched.suggestions.title")}
      </Text>
      {suggestions.map((suggestion) => {
        const { patient, order, reasons } = suggestion;
        return (
          <Paper key={patient.id} withBorder p="xs">
            <Group justify="space-between" wrap="nowrap">
              <div>
                <Text size="sm">
                  {patient.full_name} · {patient.patient_id} · {calendarDate(patient.birth_date)}
                </Text>
                {order && (
                  <Text size="xs" c="dimmed">
                    {[jobTypeName(order.job_type), order.accession_number, dateTime(order.ordered_at)].join(" · ")}
                  </Text>
                )}
                <Group gap={4} mt={4}>
                  {reasons.map((reason) => (
                    <Badge key={reason} size="sm" variant="light" tt="none">
                      {t(`unmatched.suggestions.reasons.${reason}`)}
                    </Badge>
                  ))}
                </Group>
              </div>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t("unmatched.suggestions.chooseOne", { name: patient.full_name })}
                onClick={() => {
                  onChoose(suggestion);
                }}
              >
                {t("unmatched.suggestions.choose")}
              </Button>
            </Group>
          </Paper>
        );
      })}
    </Stack>
  );
}
