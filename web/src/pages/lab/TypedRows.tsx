import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { FIELDS, LISTS, type FieldName, type ListName, type Option, type Typed } from "./columns";
import type { CheckedRow } from "./data";
import { useFocusWhen } from "./focus";
import { useProblem } from "./useProblem";

interface TypedRowsProps {
  list: ListName;
  title: string;
  rows: Typed[];
  ready: boolean;
  checkOf: (place: number) => CheckedRow | undefined;
  /** `place`: of the row that is new, changed or gone. */
  onChange: (rows: Typed[], place: number) => void;
  onLeave: (place: number) => void;
}

/** The rows of a list, each with what the server says of it once it was left. */
export function TypedRows({ list, title, rows, ready, checkOf, onChange, onLeave }: TypedRowsProps) {
  const { t } = useTranslation();
  return (
    <Fieldset legend={title} p="sm">
      <Stack gap="xs">
        {rows.map((row, place) => (
          <Row
            key={place}
            list={list}
            row={row}
            number={place + 1}
            ready={ready && place === 0}
            checked={checkOf(place)}
            onChange={(next) => {
              onChange(rows.map((each, at) => (at === place ? next : each)), place);
            }}
            onLeave={() => {
              onLeave(place);
            }}
            onRemove={() => {
              onChange(rows.filter((_, at) => at !== place), place);
            }}
          />
        ))}
        <Button
          variant="subtle"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            onChange([...rows, {}], rows.length);
          }}
        >
          {t("lab.entry.addRow")}
        </Button>
      </Stack>
    </Fieldset>
  );
}

interface RowProps {
  list: ListName;
  row: Typed;
  number: number;
  ready: boolean;
  checked: CheckedRow | undefined;
  onChange: (row: Typed) => void;
  onLeave: () => void;
  onRemove: () => void;
}

function Row({ list, row, number, ready, checked, onChange, onLeave, onRemove }: RowProps) {
  const { t } = useTranslation();
  const problemText = useProblem();
  const problem = checked && !checked.values ? checked.field : null;
  const fields: readonly FieldName[] = LISTS[list];
  const elsewhere = problem !== null && !fields.some((name) => name === problem);
  return (
    <Stack
      gap={2}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onLeave();
      }}
    >
      <Group gap="xs" align="flex-end" wrap="wrap">
        {fields.map((name, place) => (
          <Field
            key={name}
            name={name}
            list={list}
            value={row[name] ?? ""}
            ready={ready && place === 0}
            error={problem === name ? problemText(name) : null}
            onChange={(value) => {
              onChange({ ...row, [name]: value });
            }}
          />
        ))}
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("lab.entry.removeRow", { number })}
          onClick={onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Group>
      {elsewhere && (
        <Text size="xs" c="red" role="alert">
          {problemText(problem)}
        </Text>
      )}
    </Stack>
  );
}

interface FieldProps {
  name: FieldName;
  list: ListName;
  value: string;
  ready: boolean;
  error: string | null;
  onChange: (value: string) => void;
}

function Field({ name, list, value, ready, error, onChange }: FieldProps) {
  const { t } = useTranslation();
  const input = useFocusWhen<HTMLInputElement>(ready);
  const field = FIELDS[name];
  const label = t(`lab.field.${name}`);
  if ("options" in field) {
    return (
      <Select
        label={label}
        clearable
        clearButtonProps={{ "aria-label": t("common.clear") }}
        w={150}
        data={field.options.map((each: Option) => ({ value: each, label: t(`lab.option.${each}`) }))}
        value={value || null}
        error={error}
        onChange={(chosen) => {
          onChange(chosen ?? "");
        }}
      />
    );
  }
  const narrow = "kind" in field || name === "gene" || name === "unit";
  return (
    <TextInput
      label={label}
      data-column={`${list}.${name}`}
      ref={input}
      autoComplete="off"
      w={narrow ? 110 : 220}
      maxLength={"max" in field ? field.max : 20}
      {...("kind" in field && field.kind === "number" && { inputMode: "decimal" as const })}
      value={value}
      error={error}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
