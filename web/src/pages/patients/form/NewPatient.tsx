import { Alert, Anchor, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconUserPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { FieldForm } from "@/shared/forms/FieldForm";
import type { Body } from "@/shared/forms/fields";
import { calendarDate } from "@/shared/when";
import { usePatientFields } from "./fields";

type Created = Schema["PatientCreatedOut"];

/** Register a patient; others who may be the same person are shown before going on. */
export function NewPatient() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const fields = usePatientFields(true);
  const [opened, setOpened] = useState(false);
  const [alike, setAlike] = useState<Created | null>(null);
  const close = () => {
    setOpened(false);
    setAlike(null);
  };
  const save = async (body: Body) => {
    const created = await unwrap(
      api.POST("/api/emr/patients/", { body: body as unknown as Schema["PatientInRequest"] }),
    );
    void client.invalidateQueries({ queryKey: keys.patients.all });
    if (created.possible_duplicates.length > 0) setAlike(created);
    else void navigate(`/patients/${created.id}`);
  };
  return (
    <>
      <Button
        leftSection={<IconUserPlus size={16} aria-hidden />}
        aria-haspopup="dialog"
        onClick={() => {
          setOpened(true);
        }}
      >
        {t("chart.patient.add")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("chart.patient.add")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {alike ? (
          <Alike created={alike} />
        ) : (
          <FieldForm
            fields={fields}
            submit={t("chart.patient.register")}
            save={save}
            onDone={() => undefined}
            onCancel={close}
          />
        )}
      </Modal>
    </>
  );
}

function Alike({ created }: { created: Created }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert
        color="orange"
        role="alert"
        icon={<IconAlertTriangle aria-hidden />}
        title={t("chart.patient.duplicates")}
      >
        <Text size="sm" mb="xs">
          {t("chart.patient.duplicatesHint")}
        </Text>
        <List size="sm">
          {created.possible_duplicates.map(({ id, full_name, patient_id, birth_date }) => (
            <List.Item key={id}>
              <Anchor component={Link} to={`/patients/${id}`} size="sm">
                {`${full_name} · ${patient_id} · ${calendarDate(birth_date)}`}
              </Anchor>
            </List.Item>
          ))}
        </List>
      </Alert>
      <Group justify="flex-end">
        <Button component={Link} to={`/patients/${created.id}`}>
          {t("chart.patient.openNew")}
        </Button>
      </Group>
    </Stack>
  );
}
