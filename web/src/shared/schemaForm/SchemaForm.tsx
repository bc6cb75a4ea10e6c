import { ActionIcon, Button, Fieldset, Group, MultiSelect, NumberInput, Select, Stack, TextInput, Textarea } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { choiceName, fieldsOf, labelOf, type FieldSchema, type Values } from "./values";

const LONG = 300;

interface SchemaFormProps {
  schema: FieldSchema;
  values: Values;
  onChange: (values: Values) => void;
}

/** Fields for the properties of a JSON Schema: text, numbers, dates, yes or no, choices, rows of these. */
export function SchemaForm({ schema, values, onChange }: SchemaFormProps) {
  return (
    <Stack gap="xs">
      {fieldsOf(schema).map(([name, field]) => {
        const required = schema.required?.includes(name) ?? false;
        const change = (value: unknown) => {
          onChange({ ...values, [name]: value });
        };
        return field.items && !field.items.enum ? (
          <Rows key={name} field={field} value={values[name]} onChange={change} />
        ) : (
          <Field key={name} field={field} required={required} value={values[name]} onChange={change} />
        );
      })}
    </Stack>
  );
}

interface FieldProps {
  field: FieldSchema;
  required?: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Field({ field, required = false, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const label = labelOf(field);
  if (field.items?.enum) {
    const choices = field.items;
    return (
      <MultiSelect
        label={label}
        required={required}
        clearable
        data={field.items.enum.map((choice) => ({ value: choice, label: choiceName(choices, choice) }))}
        value={Array.isArray(value) ? (value as string[]) : []}
        onChange={(next) => {
          onChange(next.length > 0 ? next : undefined);
        }}
      />
    );
  }
  if (field.type === "boolean") {
    return (
      <Select
        label={label}
        required={required}
        clearable
        data={[
          { value: "true", label: t("common.yes") },
          { value: "false", label: t("common.no") },
        ]}
        value={typeof value === "boolean" ? String(value) : null}
        onChange={(next) => {
          onChange(next === null ? undefined : next === "true");
        }}
      />
    );
  }
  if (field.enum) {
    return (
      <Select
        label={label}
        required={required}
        clearable
        data={field.enum.map((choice) => ({ value: choice, label: choiceName(field, choice) }))}
        value={typeof value === "string" ? value : null}
        onChange={(next) => {
          onChange(next ?? undefined);
        }}
      />
    );
  }
  if (field.type === "number" || field.type === "integer") {
    return (
      <NumberInput
        label={label}
        required={required}
        hideControls
        allowDecimal={field.type === "number"}
        {...(field.minimum !== undefined && { min: field.minimum })}
        {...(field.maximum !== undefined && { max: field.maximum })}
        value={typeof value === "number" ? value : ""}
        onChange={(next) => {
          onChange(next === "" ? undefined : Number(next));
        }}
      />
    );
  }
  const text = typeof value === "string" ? value : "";
  const maxLength = field.maxLength ?? LONG;
  const shared = { label, required, value: text, maxLength };
  return maxLength > LONG ? (
    <Textarea
      {...shared}
      autosize
      minRows={2}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  ) : (
    <TextInput
      {...shared}
      {...(field.format === "date" && { type: "date" })}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

function Rows({ field, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const rows = Array.isArray(value) ? (value as Values[]) : [{}];
  return (
    <Fieldset legend={labelOf(field)} p="sm">
      <Stack gap="sm">
        {rows.map((row, index) => (
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <div style={{ flex: 1 }}>
              <SchemaForm
                schema={field.items ?? {}}
                values={row}
                onChange={(next) => {
                  onChange(rows.map((each, place) => (place === index ? next : each)));
                }}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              disabled={rows.length === 1}
              aria-label={t("orders.removeValue", { number: index + 1 })}
              onClick={() => {
                onChange(rows.filter((_, place) => place !== index));
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
            onChange([...rows, {}]);
          }}
        >
          {t("orders.addValue")}
        </Button>
      </Stack>
    </Fieldset>
  );
}
