import { Button, Group, SimpleGrid, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "@/api/errors";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { ChangedMeanwhile } from "./ChangedMeanwhile";
import { FieldControl } from "./FieldControl";
import { changedBody, fieldsOfRow, missingFields, newBody, type Body, type Field, type Values } from "./fields";

/** A row that is being changed: as it was read, and how it is read again. */
export interface Edited {
  version: number;
  values: Values;
  reread: () => Promise<{ version: number; values: Values }>;
}

interface FieldFormProps {
  fields: Field[];
  initial?: Values;
  edited?: Edited;
  submit: string;
  /** `version`: what the change is based on; null for what is new. */
  save: (body: Body, version: number | null) => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
  /** Above the fields: what fills several of them at once. */
  above?: (values: Values, fill: (values: Values) => void) => ReactNode;
}

const CONFLICT = "ERR_301";

/** Fields, what is wrong with them, and what another person changed meanwhile. */
export function FieldForm(props: FieldFormProps) {
  const { initial = {}, edited, submit, save, onDone, onCancel, above } = props;
  const fields = edited ? fieldsOfRow(props.fields, edited.values) : props.fields;
  const { t } = useTranslation();
  const [base, setBase] = useState({ version: edited?.version ?? null, values: edited?.values ?? {} });
  const [values, setValues] = useState<Values>(edited?.values ?? initial);
  const [checked, setChecked] = useState(false);
  const missing = missingFields(fields, values);
  const saving = useMutation({
    mutationFn: (against: { version: number | null; values: Values }) =>
      save(edited ? changedBody(fields, against.values, values) : newBody(fields, values), against.version),
    meta: { quiet: true },
    onSuccess: onDone,
  });
  const refused = saving.isError ? asApiError(saving.error) : null;
  const conflict = edited && refused?.status === 409 && refused.code === CONFLICT;
  const errorOf = ({ name }: Field) => {
    if (checked && missing.some((field) => field.name === name)) return t("auth.required");
    return refused?.field?.split(".")[0] === name ? t("chart.checkField") : undefined;
  };
  const fill = (next: Values) => {
    setValues((now) => ({ ...now, ...next }));
  };
  const control = (field: Field) => (
    <FieldControl
      key={field.name}
      field={field}
      value={values[field.name] ?? ""}
      error={errorOf(field)}
      onChange={(value) => {
        fill({ [field.name]: value });
      }}
    />
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (missing.length === 0) saving.mutate(base);
      }}
    >
      <Stack gap="sm">
        {above?.(values, fill)}
        {rowsOf(fields).map((row) =>
          row.length === 1 ? (
            row.map(control)
          ) : (
            <SimpleGrid key={row[0]?.name} cols={{ base: 1, xs: 2 }} spacing="sm">
              {row.map(control)}
            </SimpleGrid>
          ),
        )}
        {conflict && (
          <ChangedMeanwhile
            fields={fields}
            before={base.values}
            mine={values}
            reread={edited.reread}
            onMine={(now) => {
              setBase(now);
              saving.mutate(now);
            }}
            onTheirs={(now) => {
              setBase(now);
              setValues(now.values);
              saving.reset();
            }}
          />
        )}
        {saving.isError && !conflict && <ErrorNotice error={saving.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
          {!conflict && (
            <Button type="submit" loading={saving.isPending}>
              {submit}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Two halves that follow each other share a row. */
function rowsOf(fields: Field[]): Field[][] {
  const rows: Field[][] = [];
  for (const field of fields) {
    const last = rows.at(-1);
    if (field.half && last?.length === 1 && last[0]?.half) last.push(field);
    else rows.push([field]);
  }
  return rows;
}
