import { Autocomplete, Button, Group, Modal, SegmentedControl, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useJobTypeName, type JobType } from "@/shared/jobTypes";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { showSuccess } from "@/shared/toasts";
import { JOB_ROLES, PRIORITIES, type JobRole, type Order } from "./steps";

/** Suggestions; a person may write another. */
const SUGGESTIONS: Record<JobRole, JobType[]> = {
  RIS: ["MR_BRAIN", "MR_BRAIN_CONTRAST", "CT_BRAIN", "MR_SPINE", "CT_CHEST"],
  LIS: ["BLOOD", "GENETIC", "PROTEIN"],
  TREATMENT: ["SURGERY", "RADIOTHERAPY", "CHEMOTHERAPY"],
  CONSULT: ["NEUROSURGERY", "NEUROLOGY", "ONCOLOGY"],
};
/** The server's own pattern. */
const JOB_TYPE = /^[\w ./()+-]+$/;

interface OrderFormProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (order: Order) => void;
}

export function OrderForm({ opened, onClose, onCreated }: OrderFormProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("orders.create")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Fields onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function Fields({ onClose, onCreated }: Omit<OrderFormProps, "opened">) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [patient, setPatient] = useState<Patient | null>(null);
  const [jobRole, setJobRole] = useState<JobRole>("RIS");
  const [jobType, setJobType] = useState("");
  const [priority, setPriority] = useState<(typeof PRIORITIES)[number]>("routine");
  const [info, setInfo] = useState("");
  const [checked, setChecked] = useState(false);
  const jobTypeName = useJobTypeName();
  const suggestions = SUGGESTIONS[jobRole];
  const code = suggestions.find((each) => jobTypeName(each) === jobType.trim()) ?? jobType.trim();
  const typeFits = JOB_TYPE.test(code);
  const create = useMutation({
    mutationFn: (id: number) =>
      unwrap(
        api.POST("/api/ocs/orders/", {
          body: {
            patient: id,
            job_role: jobRole,
            job_type: code,
            priority,
            clinical_info: info.trim(),
          },
        }),
      ),
    meta: { quiet: true },
    onSuccess: (order) => {
      showSuccess(t("orders.created"));
      void client.invalidateQueries({ queryKey: keys.orders.all });
      onCreated(order);
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (patient && typeFits) create.mutate(patient.id);
      }}
    >
      <Stack>
        <PatientPicker
          label={t("orders.patient")}
          required
          value={patient}
          onChange={setPatient}
          error={checked && !patient ? t("auth.required") : null}
        />
        <Select
          label={t("orders.jobRole")}
          allowDeselect={false}
          data={JOB_ROLES.map((value) => ({ value, label: t(`status.jobRole.${value}`) }))}
          value={jobRole}
          onChange={(value) => {
            if (value) setJobRole(value);
            setJobType("");
          }}
        />
        <Autocomplete
          label={t("orders.jobType")}
          description={t("orders.jobTypeHint")}
          required
          maxLength={60}
          data={suggestions.map(jobTypeName)}
          value={jobType}
          onChange={setJobType}
          error={checked && !typeFits ? t("orders.jobTypeWrong") : null}
        />
        <div>
          <Text size="sm" fw={500} mb={4} id="order-priority">
            {t("orders.priority")}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="order-priority"
            value={priority}
            onChange={setPriority}
            data={PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) }))}
          />
        </div>
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
        {create.isError && <ErrorNotice error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("orders.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
