import { Button, Group, Modal, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/api/errors";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { FieldControl } from "@/shared/forms/FieldControl";
import { missingFields, readable, type Field, type Values } from "@/shared/forms/fields";
import { useRecording } from "./data";

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
  const missing = missingFields(shown, values);
  const changedMeanwhile = (field: Field): Field | null => {
    const now = initial[field.name] ?? "";
    if (!changes || now === (begun[field.name] ?? "")) return null;
    return { ...field, hint: t("treatment.changedMeanwhile", { value: readable(field, now) || "–" }) };
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
          <FieldControl
            key={field.name}
            field={changedMeanwhile(field) ?? field}
            value={values[field.name] ?? ""}
            error={
              checked && missing.includes(field)
                ? t("auth.required")
                : field.name === refused
                  ? t("treatment.check")
                  : undefined
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
