import { Autocomplete, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { replaces, suggestedOrder, type CdsSuggestion } from "@/shared/cds/cards";
import { DraftCards } from "@/shared/cds/DraftCards";
import { useJobTypeName, type JobType } from "@/shared/jobTypes";
import { hasSides, isPlaced, partOf, type BodyPart, type Laterality } from "@/shared/orderSites";
import { PatientPicker, type Patient } from "@/shared/PatientPicker";
import { isDue } from "./due";
import { FormEnd, type FormProps } from "./FormEnd";
import { OrderSetForm } from "./OrderSetForm";
import { SiteFields } from "./SiteFields";
import { JOB_ROLES, PRIORITIES, type JobRole, type Order } from "./steps";
import { useOrderAsWell } from "./useOrderAsWell";
import { useOrdering } from "./useOrdering";

/** Suggestions; a person may write another. */
const SUGGESTIONS: Record<JobRole, JobType[]> = {
  RIS: ["MR_BRAIN", "MR_BRAIN_CONTRAST", "CT_BRAIN", "MR_SPINE", "CT_CHEST"],
  LIS: ["BLOOD", "GENETIC", "PROTEIN"],
  TREATMENT: ["SURGERY", "RADIOTHERAPY", "CHEMOTHERAPY"],
  CONSULT: ["NEUROSURGERY", "NEUROLOGY", "ONCOLOGY"],
};
/** The server's own pattern. */
const JOB_TYPE = /^[\p{L}\p{M}\p{N}_ ./()+-]+$/u;

export function OrderForm({ opened, onClose, onOrdered }: FormProps & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("orders.create")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <OneOrSet onClose={onClose} onOrdered={onOrdered} />
    </Modal>
  );
}

function OneOrSet(props: FormProps) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<"one" | "set">("one");
  return (
    <Stack>
      <SegmentedControl
        aria-label={t("orders.kind.label")}
        value={kind}
        onChange={setKind}
        data={(["one", "set"] as const).map((value) => ({ value, label: t(`orders.kind.${value}`) }))}
      />
      {kind === "one" ? <OneOrder {...props} /> : <OrderSetForm {...props} />}
    </Stack>
  );
}

interface Entered {
  patient: Patient | null;
  jobRole: JobRole;
  jobType: string;
  priority: (typeof PRIORITIES)[number];
  part: BodyPart | null;
  side: Laterality | null;
  due: string;
  info: string;
}

const EMPTY: Entered = {
  patient: null,
  jobRole: "RIS",
  jobType: "",
  priority: "routine",
  part: null,
  side: null,
  due: "",
  info: "",
};

function send(entered: Entered, job_type: string, reason: string): Promise<Order> {
  const placed = isPlaced(entered.jobRole, job_type);
  const part = entered.part ?? partOf(job_type);
  return unwrap(
    api.POST("/api/ocs/orders/", {
      body: {
        patient: entered.patient?.id ?? 0,
        job_role: entered.jobRole,
        job_type,
        priority: entered.priority,
        clinical_info: entered.info.trim(),
        ...(placed && part && { body_part: part }),
        ...(placed && hasSides(part) && entered.side && { laterality: entered.side }),
        ...(entered.due && { due_at: new Date(entered.due).toISOString() }),
        ...(reason && { reason }),
      },
    }),
  );
}

function OneOrder({ onClose, onOrdered }: FormProps) {
  const { t } = useTranslation();
  const [entered, setEntered] = useState(EMPTY);
  const [checked, setChecked] = useState(false);
  const ordering = useOrdering(onOrdered);
  const also = useOrderAsWell();
  const jobTypeName = useJobTypeName();
  const { patient, jobRole, jobType, priority, due, info } = entered;
  const suggestions = SUGGESTIONS[jobRole];
  const code = suggestions.find((each) => jobTypeName(each) === jobType.trim()) ?? jobType.trim();
  const typeFits = JOB_TYPE.test(code);
  const dueFits = isDue(due);
  const change = (changes: Partial<Entered>) => {
    setEntered({ ...entered, ...changes });
    if ("patient" in changes || "jobType" in changes) ordering.forget();
  };
  const accept = (suggestion: CdsSuggestion) => {
    const order = suggestedOrder(suggestion);
    if (!order) onClose();
    else if (replaces(suggestion)) {
      change({ jobRole: order.job_role, jobType: jobTypeName(order.job_type), part: null, side: null });
    } else if (patient) also.mutate({ patient: patient.id, ...order });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!patient || !typeFits || !dueFits || ordering.lacksReason) return;
        ordering.ordering.mutate({
          patient: patient.id,
          jobTypes: [code],
          send: async (reason) => [await send(entered, code, reason)],
        });
      }}
    >
      <Stack>
        <PatientPicker
          label={t("orders.patient")}
          required
          value={patient}
          onChange={(chosen) => {
            change({ patient: chosen });
          }}
          error={checked && !patient ? t("auth.required") : null}
        />
        <Select
          label={t("orders.jobRole")}
          allowDeselect={false}
          data={JOB_ROLES.map((value) => ({ value, label: t(`status.jobRole.${value}`) }))}
          value={jobRole}
          onChange={(value) => {
            if (value) change({ jobRole: value, jobType: "", part: null, side: null });
          }}
        />
        <Autocomplete
          label={t("orders.jobType")}
          description={t("orders.jobTypeHint")}
          required
          maxLength={60}
          data={suggestions.map(jobTypeName)}
          value={jobType}
          onChange={(value) => {
            change({ jobType: value });
          }}
          error={checked && !typeFits ? t(code ? "orders.jobTypeWrong" : "auth.required") : null}
        />
        {isPlaced(jobRole, code) && (
          <SiteFields jobType={code} part={entered.part} side={entered.side} onChange={change} />
        )}
        <div>
          <Text size="sm" fw={500} mb={4} id="order-priority">
            {t("orders.priority")}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="order-priority"
            value={priority}
            onChange={(value) => {
              change({ priority: value });
            }}
            data={PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) }))}
          />
        </div>
        <TextInput
          type="datetime-local"
          label={t("orders.due")}
          description={t("orders.dueHint")}
          value={due}
          error={checked && !dueFits ? t("orders.dueWrong") : null}
          onChange={(event) => {
            change({ due: event.currentTarget.value });
          }}
        />
        <Textarea
          label={t("orders.info")}
          autosize
          minRows={3}
          maxLength={500}
          value={info}
          onChange={(event) => {
            change({ info: event.currentTarget.value });
          }}
        />
        {patient && typeFits && !ordering.cards && (
          <DraftCards key={patient.id} patient={patient.id} jobType={code} onAccept={accept} />
        )}
        <FormEnd
          ordering={ordering}
          checked={checked}
          submit={t("orders.submit")}
          onClose={onClose}
          onAccept={accept}
        />
      </Stack>
    </form>
  );
}
