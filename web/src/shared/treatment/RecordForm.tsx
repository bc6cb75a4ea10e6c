import {
  Autocomplete,
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/api/errors";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useRecording } from "./data";

export interface Field {
  name: string;
  label: string;
  type: "text" | "suggest" | "number" | "date" | "datetime-local" | "select" | "lines";
  data?: { value: string; label: string }[];
  suggestions?: string[];
  hint?: string;
  required?: boolean;
  shown?: (values: Values) => boolean;
}

/** What was filled in; empty fields are missing. */
export type Values = Record<string, string>;

interface RecordFormProps {
  patient: number;
  title: string;
  fields: Field[];
  initial?: Values;
  /** Of a change: what is changed, for who does not see the row. Only changed fields are sent then. */
  changes?: string;
  record: (values: Values) => Promise<unknown>;
}

/** A button that opens a form of fields and records what they say. */
export function RecordForm(props: RecordFormProps) {
  const { t } = useTranslation();
  const { changes } = props;
  const [opened, setOpened] = useState(false);
  const close = () => {
    setOpened(false);
  };
  return (
    <>
      <Button
        size={changes ? "compact-xs" : "compact-sm"}
        variant={changes ? "subtle" : "light"}
        aria-label={changes && `${props.title}: ${changes}`}
        onClick={() => {
          setOpened(true);
        }}
      >
        {props.title}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={props.title}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Fields {...props} onClose={close} />
      </Modal>
    </>
  );
}

function Fields(props: RecordFormProps & { onClose: () => void }) {
  const { patient, fields, initial = {}, changes, record, onClose } = props;
  const { t } = useTranslation();
  const [begun] = useState<Values>(initial);
  const [values, setValues] = useState<Values>(initial);
  const [checked, setChecked] = useState(false);
  const recording = useRecording(patient, record, { done: onClose });
  const shown = fields.filter((field) => field.shown?.(values) ?? true);
  const refused = recording.isError ? asApiError(recording.error).field?.split(".")[0] : null;
  const missing = shown.filter(({ name, required }) => required && !values[name]?.trim());
  const changedMeanwhile = (field: Field): Field | null => {
    const now = initial[field.name] ?? "";
    if (!changes || now === (begun[field.name] ?? "")) return null;
    return { ...field, hint: t("treatment.changedMeanwhile", { value: nameOf(field, now) || "–" }) };
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (missing.length > 0) return;
        const sent = entered(shown, values, changes ? begun : null);
        if (changes && Object.keys(sent).length === 0) onClose();
        else recording.mutate(sent);
      }}
    >
      <Stack gap="sm">
        {shown.map((field) => (
          <Control
            key={field.name}
            field={changedMeanwhile(field) ?? field}
            value={values[field.name] ?? ""}
            error={
              checked && missing.includes(field)
                ? t("auth.required")
                : field.name === refused && t("treatment.check")
            }
            onChange={(value) => {
              setValues({ ...values, [field.name]: value });
            }}
          />
        ))}
        {recording.isError && <ErrorNotice error={recording.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={recording.isPending}>
            {t("treatment.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is sent: all that is filled in, or of a change only what differs from how it began. */
export function entered(fields: Field[], values: Values, begun: Values | null): Values {
  const pairs = fields.map(({ name }) => [name, values[name]?.trim() ?? ""] as const);
  const sent = pairs.filter(([name, value]) => (begun ? value !== (begun[name] ?? "") : value));
  return Object.fromEntries(sent);
}

function nameOf({ data }: Field, value: string): string {
  return data?.find((choice) => choice.value === value)?.label ?? value;
}

interface ControlProps {
  field: Field;
  value: string;
  error: string | false | null;
  onChange: (value: string) => void;
}

function Control({ field, value, error, onChange }: ControlProps) {
  const { label, type, hint, required = false, data = [], suggestions = [] } = field;
  const common = { label, error, withAsterisk: required, ...(hint && { description: hint }) };
  const onText = (event: { currentTarget: { value: string } }) => {
    onChange(event.currentTarget.value);
  };
  switch (type) {
    case "select":
      return (
        <Select
          {...common}
          data={data}
          value={value || null}
          clearable={!required}
          onChange={(chosen) => {
            onChange(chosen ?? "");
          }}
        />
      );
    case "suggest":
      return <Autocomplete {...common} data={suggestions} value={value} onChange={onChange} />;
    case "number":
      return (
        <NumberInput
          {...common}
          value={value}
          onChange={(number) => {
            onChange(String(number));
          }}
        />
      );
    case "lines":
      return <Textarea {...common} autosize minRows={2} value={value} onChange={onText} />;
    default:
      return <TextInput {...common} type={type} value={value} onChange={onText} />;
  }
}
