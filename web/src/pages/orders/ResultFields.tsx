import { ActionIcon, Button, Fieldset, Group, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export interface ResultRow {
  key: number;
  name: string;
  value: string;
}

/** Each value has a name, no name comes twice. */
export function isComplete(rows: ResultRow[]): boolean {
  const filled = rows.filter(({ name, value }) => name.trim() || value.trim());
  const names = filled.map(({ name }) => name.trim());
  return (
    filled.every(({ name, value }) => name.trim() && value.trim()) &&
    new Set(names).size === names.length
  );
}

interface ResultFieldsProps {
  rows: ResultRow[];
  onChange: (rows: ResultRow[]) => void;
}

/** The result as names and values, e.g. `Hb` and `13.2 g/dl`. */
export function ResultFields({ rows, onChange }: ResultFieldsProps) {
  const { t } = useTranslation();
  const change = (key: number, patch: Partial<ResultRow>) => {
    onChange(rows.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  };
  return (
    <Fieldset legend={t("orders.result")} p="sm">
      <Stack gap="xs">
        {rows.map(({ key, name, value }, index) => (
          <Group key={key} gap="xs" wrap="nowrap" align="flex-end">
            <TextInput
              flex={1}
              label={t("orders.resultName", { number: index + 1 })}
              value={name}
              onChange={(event) => {
                change(key, { name: event.currentTarget.value });
              }}
            />
            <TextInput
              flex={1}
              label={t("orders.resultValue", { number: index + 1 })}
              value={value}
              onChange={(event) => {
                change(key, { value: event.currentTarget.value });
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              disabled={rows.length === 1}
              aria-label={t("orders.removeValue", { number: index + 1 })}
              onClick={() => {
                onChange(rows.filter((row) => row.key !== key));
              }}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            const key = Math.max(...rows.map((row) => row.key)) + 1;
            onChange([...rows, { key, name: "", value: "" }]);
          }}
        >
          {t("orders.addValue")}
        </Button>
      </Stack>
    </Fieldset>
  );
}
