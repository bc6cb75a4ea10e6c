import { Checkbox, Group, Select, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { useJobTypeName } from "@/shared/jobTypes";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { QueryView } from "@/shared/QueryView";
import { StatusBadge } from "@/shared/StatusBadge";
import { FormEnd, type FormProps } from "./FormEnd";
import { useOrdering } from "./useOrdering";

type OrderSet = Schema["OrderSetOut"];

/** What is ordered together: a set, its orders one by one to be left out, one question for all. */
export function OrderSetForm(props: FormProps) {
  const sets = useQuery({
    queryKey: keys.orderSets,
    queryFn: ({ signal }) => unwrap(api.GET("/api/ocs/order-sets/", { signal })),
    staleTime: Infinity,
  });
  return <QueryView query={sets}>{(found) => <Fields sets={found} {...props} />}</QueryView>;
}

function Fields({ sets, onClose, onOrdered }: FormProps & { sets: OrderSet[] }) {
  const { t } = useTranslation();
  const [patient, setPatient] = useState<Patient | null>(null);
  const [chosen, setChosen] = useState<OrderSet | null>(null);
  const [rows, setRows] = useState<number[]>([]);
  const [info, setInfo] = useState("");
  const [checked, setChecked] = useState(false);
  const ordering = useOrdering(onOrdered);
  const select = (next: OrderSet | null, nextRows = next?.orders.map((_, row) => row) ?? []) => {
    setChosen(next);
    setRows(nextRows);
    ordering.forget();
  };
  const apply = async (set: OrderSet, id: number, reason: string) => {
    const body = { patient: id, rows, clinical_info: info.trim(), ...(reason && { reason }) };
    const path = { set_id: set.id };
    return (await unwrap(api.POST("/api/ocs/order-sets/{set_id}/apply/", { params: { path }, body }))).orders;
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!patient || !chosen || rows.length === 0 || ordering.lacksReason) return;
        ordering.ordering.mutate({
          patient: patient.id,
          jobTypes: rows.flatMap((row) => chosen.orders[row]?.job_type ?? []),
          send: (reason) => apply(chosen, patient.id, reason),
        });
      }}
    >
      <Stack>
        <PatientPicker
          label={t("orders.patient")}
          required
          value={patient}
          onChange={(next) => {
            setPatient(next);
            ordering.forget();
          }}
          error={checked && !patient ? t("auth.required") : null}
        />
        <Select
          label={t("orders.set.choose")}
          required
          data={sets.map(({ id, name }) => ({ value: id, label: name[currentLanguage()] }))}
          value={chosen?.id ?? null}
          error={checked && !chosen ? t("auth.required") : null}
          onChange={(id) => {
            select(sets.find((set) => set.id === id) ?? null);
          }}
        />
        {chosen && (
          <SetRows
            set={chosen}
            rows={rows}
            error={checked && rows.length === 0 ? t("orders.set.none") : null}
            onChange={(next) => {
              select(chosen, next);
            }}
          />
        )}
        <Textarea
          label={t("orders.info")}
          autosize
          minRows={3}
          maxLength={500}
          value={info}
          onChange={(event) => {
            setInfo(event.currentTarget.value);
          }}
        />
        <FormEnd ordering={ordering} checked={checked} submit={t("orders.set.apply")} onClose={onClose} />
      </Stack>
    </form>
  );
}

interface SetRowsProps {
  set: OrderSet;
  rows: number[];
  error: string | null;
  onChange: (rows: number[]) => void;
}

function SetRows({ set, rows, error, onChange }: SetRowsProps) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  return (
    <Checkbox.Group
      label={t("orders.set.rows")}
      error={error}
      value={rows.map(String)}
      onChange={(values) => {
        onChange(values.map(Number).sort((a, b) => a - b));
      }}
    >
      <Stack gap="xs" mt="xs">
        {set.orders.map(({ job_role, job_type, priority = "routine", body_part }, row) => (
          <Group key={row} gap="xs" wrap="nowrap">
            <Checkbox
              value={String(row)}
              label={[
                t(`status.jobRole.${job_role}`),
                jobTypeName(job_type),
                body_part && t(`orders.bodyParts.${body_part}`),
              ]
                .filter(Boolean)
                .join(" · ")}
            />
            {priority === "routine" ? (
              <Text size="xs" c="dimmed">
                {t("status.priority.routine")}
              </Text>
            ) : (
              <StatusBadge kind="priority" value={priority} />
            )}
          </Group>
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
