import { Alert, Button, Checkbox, Group, Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { personName } from "@/shared/format";
import { calendarDate } from "@/shared/when";
import { Comparison } from "@/shared/Comparison";
import type { Unmatched } from "./dicomPatient";

/** What shall become of images that contradict a study on record. */
export function ResolveUnfiled({ images, onClose }: { images: Unmatched; onClose: () => void }) {
  const { t } = useTranslation();
  const { contradicts: filed } = images;
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
      <Comparison
        label={t("unmatched.resolveTitle")}
        arrived={t("unmatched.newImages")}
        recorded={t("unmatched.filedStudy")}
        rows={[
          [
            t("unmatched.number"),
            images.dicom_patient_id,
            filed && (filed.patient?.patient_id ?? filed.dicom_patient_id),
          ],
          [
            t("unmatched.name"),
            personName(images.dicom_patient_name),
            filed && (filed.patient?.full_name ?? personName(filed.dicom_patient_name)),
          ],
          [t("unmatched.study"), described(images), filed && described(filed)],
        ]}
      />
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

const described = ({ description, study_date: day }: { description: string; study_date: string | null }) =>
  [description, day && calendarDate(day)].filter(Boolean).join(" · ");
