import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { Comparison } from "@/shared/Comparison";
import { QueryView } from "@/shared/QueryView";
import { changedFields, readable, withMine, type Field, type Values } from "./fields";

interface Now {
  version: number;
  values: Values;
}

interface ChangedMeanwhileProps {
  fields: Field[];
  before: Values;
  mine: Values;
  reread: () => Promise<Now>;
  onMine: (now: Now) => void;
  onTheirs: (now: Now) => void;
}

/** Somebody else changed the row: both values side by side, and a person chooses. */
export function ChangedMeanwhile({ fields, before, mine, reread, onMine, onTheirs }: ChangedMeanwhileProps) {
  const { t } = useTranslation();
  const current = useQuery({ queryKey: keys.reread(before), queryFn: reread, gcTime: 0, staleTime: 0 });
  return (
    <Alert color="orange" role="alert" icon={<IconGitMerge aria-hidden />} title={t("chart.conflict.title")}>
      <QueryView query={current}>
        {(now) => {
          const kept = withMine(fields, before, mine, now.values);
          const differing = changedFields(fields, now.values, kept);
          return (
            <Stack gap="sm">
              {differing.length === 0 ? (
                <Text size="sm">{t("chart.conflict.same")}</Text>
              ) : (
                <Comparison
                  label={t("chart.conflict.title")}
                  arrived={t("chart.conflict.mine")}
                  recorded={t("chart.conflict.theirs")}
                  rows={differing.map((field) => [
                    field.label,
                    readable(field, kept[field.name] ?? ""),
                    readable(field, now.values[field.name] ?? ""),
                  ])}
                />
              )}
              <Group justify="flex-end" gap="xs">
                <Button
                  variant="default"
                  size="xs"
                  onClick={() => {
                    onTheirs(now);
                  }}
                >
                  {t("chart.conflict.keepTheirs")}
                </Button>
                <Button
                  size="xs"
                  onClick={() => {
                    onMine({ version: now.version, values: before });
                  }}
                >
                  {t("chart.conflict.keepMine")}
                </Button>
              </Group>
            </Stack>
          );
        }}
      </QueryView>
    </Alert>
  );
}
