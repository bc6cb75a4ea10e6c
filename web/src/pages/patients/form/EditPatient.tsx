import { Button, Group, Modal } from "@mantine/core";
import { IconHistory, IconPencil } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { FieldForm } from "@/shared/forms/FieldForm";
import { valuesOf } from "@/shared/forms/fields";
import { showSuccess } from "@/shared/toasts";
import { RowHistory } from "@/shared/chart/RowHistory";
import { usePatientFields } from "./fields";

/** Change the patient's own data, and see who changed them. */
export function EditPatient({ patient }: { patient: Schema["PatientOut"] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fields = usePatientFields(false);
  const [shown, setShown] = useState<"form" | "history" | null>(null);
  const close = () => {
    setShown(null);
  };
  const path = { id: patient.id };
  const save = (body: object, version: number | null) =>
    unwrap(
      api.PATCH("/api/emr/patients/{id}/", {
        params: { path, header: { "If-Match": `"${version ?? ""}"` } },
        body,
      }),
    );
  return (
    <>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
          aria-haspopup="dialog"
          onClick={() => {
            setShown("form");
          }}
        >
          {t("chart.patient.edit")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconHistory size={16} aria-hidden />}
          aria-haspopup="dialog"
          onClick={() => {
            setShown("history");
          }}
        >
          {t("chart.history")}
        </Button>
      </Group>
      <Modal
        opened={shown !== null}
        onClose={close}
        size={shown === "history" ? "lg" : "md"}
        title={shown === "history" ? t("chart.patient.history") : t("chart.patient.edit")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {shown === "history" && (
          <RowHistory kind="patients" patient={patient.id} id={patient.id} fields={fields} />
        )}
        {shown === "form" && (
          <FieldForm
            fields={fields}
            edited={{
              version: patient.version,
              values: valuesOf(fields, patient),
              reread: async () => {
                const now = await unwrap(api.GET("/api/emr/patients/{id}/", { params: { path } }));
                return { version: now.version, values: valuesOf(fields, now) };
              },
            }}
            submit={t("common.save")}
            save={save}
            onDone={() => {
              showSuccess(t("common.saved"));
              void client.invalidateQueries({ queryKey: keys.patients.all });
              void client.invalidateQueries({ queryKey: keys.chart.of(patient.id) });
              close();
            }}
            onCancel={close}
          />
        )}
      </Modal>
    </>
  );
}
