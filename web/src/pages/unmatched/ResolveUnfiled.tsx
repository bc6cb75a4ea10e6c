import { Alert, Button, Checkbox, Group, Modal, Radio, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { personName } from "@/shared/format";
import { calendarDate } from "@/shared/when";
import type { Unmatched } from "./dicomPatient";

interface ResolveUnfiledProps {
  images: Unmatched | null;
  onClose: () => void;
}

/** What shall become of images that contradict a study on record. */
export function ResolveUnfiled({ images, onClose }: ResolveUnfiledProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={images !== null}
      onClose={onClose}
      size="lg"
      title={t("unmatched.resolveTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {images && <Decision images={images} onClose={onClose} />}
    </Modal>
  );
}

function Decision({ images, onClose }: { images: Unmatched; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [decision, setDecision] = useState<Unmatched["decisions"][number] | null>(null);
  const [sure, setSure] = useState(false);
  const resolve = useMutation({
    mutationFn: (body: { decision: Unmatched["decisions"][number] }) =>
      unwrap(
        api.POST("/api/ris/unfiled/{unfiled_id}/resolve/", {
          params: { path: { unfiled_id: images.unfiled ?? 0 } },
          body,
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.unmatched.all });
      void client.invalidateQueries({ queryKey: keys.studies.all });
    },
  });
  if (resolve.data) {
    return (
      <Stack>
        <Alert color="teal" role="status">
          {t("unmatched.decided")}
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t("common.close")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text>{t(`unmatched.reasons.${images.reason}`)}</Text>
      <Contradiction images={images} />
      <Radio.Group
        label={t("unmatched.decision")}
        value={decision}
        onChange={(next) => {
          setDecision(images.decisions.find((one) => one === next) ?? null);
          setSure(false);
        }}
      >
        <Stack gap="xs" mt="xs">
          {images.decisions.map((one) => (
            <Radio
              key={one}
              value={one}
              label={t(`unmatched.decisions.${one}`)}
              description={t(`unmatched.effects.${one}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {resolve.isError && <ErrorNotice error={resolve.error} />}
      <Checkbox
        label={t("unmatched.sureToDecide")}
        checked={sure}
        disabled={!decision}
        onChange={(event) => {
          setSure(event.currentTarget.checked);
        }}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!decision || !sure}
          loading={resolve.isPending}
          onClick={() => {
            if (decision) resolve.mutate({ decision });
          }}
        >
          {t("unmatched.decide")}
        </Button>
      </Group>
    </Stack>
  );
}

function Contradiction({ images }: { images: Unmatched }) {
  const { t } = useTranslation();
  const { contradicts: study } = images;
  const rows = [
    [
      t("unmatched.number"),
      images.dicom_patient_id,
      study && (study.patient?.patient_id ?? study.dicom_patient_id),
    ] as const,
    [
      t("unmatched.name"),
      personName(images.dicom_patient_name),
      study && (study.patient?.full_name ?? personName(study.dicom_patient_name)),
    ] as const,
    [t("unmatched.study"), described(images), study && described(study)] as const,
  ];
  return (
    <Table aria-label={t("unmatched.resolveTitle")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          <Table.Th scope="col">{t("unmatched.newImages")}</Table.Th>
          <Table.Th scope="col">{t("unmatched.filedStudy")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, arrived, filed]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{arrived || "–"}</Table.Td>
            <Table.Td>
              <Text size="sm" fw={filed && filed !== arrived ? 700 : 400}>
                {filed ?? "–"}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const described = ({ description, study_date: day }: { description: string; study_date: string | null }) =>
  [description, day && calendarDate(day)].filter(Boolean).join(" · ");
