import { Autocomplete, Checkbox, NumberInput, Select, Text, Textarea, TextInput, type AutocompleteProps } from "@mantine/core";
import { suggested, type Field, type Suggestion } from "./fields";

interface FieldControlProps {
  field: Field;
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
}

/** The input of one field. */
export function FieldControl({ field, value, error, onChange }: FieldControlProps) {
  const { label, type, hint, required = false, maxLength, options = [], decimals = 0, suggestions = [] } = field;
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
      return <Suggest {...common} suggestions={suggestions} maxLength={maxLength} value={value} onChange={onChange} />;
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

/** A text with suggestions, which have a second name for those who search by it. */
function Suggest({ suggestions, ...input }: Omit<AutocompleteProps, "data"> & { suggestions: Suggestion[] }) {
  const known = new Map(suggestions.map((each) => [each.name, each]));
  return (
    <Autocomplete
      {...input}
      data={[...known.keys()]}
      filter={({ options, search }) => {
        const found = new Set(suggested(suggestions, search).map(({ name }) => name));
        return options.filter((option) => "value" in option && found.has(option.value));
      }}
      renderOption={({ option }) => (
        <div>
          {option.value}
          <Text span size="xs" c="dimmed" ml={6}>
            {known.get(option.value)?.also}
          </Text>
        </div>
      )}
    />
  );
}
