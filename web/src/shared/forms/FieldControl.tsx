import { Autocomplete, Checkbox, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import type { Field } from "./fields";

interface FieldControlProps {
  field: Field;
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
}

/** The input of one field. */
export function FieldControl({ field, value, error, onChange }: FieldControlProps) {
  const { label, type, hint, required = false, maxLength, options = [], decimals = 0, suggestions } = field;
  const common = { label, error, withAsterisk: required, ...(hint && { description: hint }) };
  const typed = (event: { currentTarget: { value: string } }) => {
    onChange(event.currentTarget.value);
  };
  switch (type) {
    case "yes":
      return (
        <Checkbox
          label={label}
          description={hint}
          checked={value === "true"}
          onChange={(event) => {
            onChange(String(event.currentTarget.checked));
          }}
        />
      );
    case "select":
    case "known":
      return (
        <Select
          {...common}
          data={options}
          value={value || null}
          clearable={!required}
          onChange={(chosen) => {
            onChange(chosen ?? "");
          }}
        />
      );
    case "suggest":
      return <Autocomplete {...common} data={suggestions ?? []} value={value} onChange={onChange} />;
    case "number":
      return (
        <NumberInput
          {...common}
          hideControls
          decimalScale={decimals}
          value={value}
          onChange={(number) => {
            onChange(String(number));
          }}
        />
      );
    case "lines":
      return <Textarea {...common} maxLength={maxLength} autosize minRows={3} maxRows={16} value={value} onChange={typed} />;
    default:
      return (
        <TextInput
          {...common}
          maxLength={maxLength}
          type={type === "datetime" ? "datetime-local" : type}
          value={value}
          onChange={typed}
        />
      );
  }
}
