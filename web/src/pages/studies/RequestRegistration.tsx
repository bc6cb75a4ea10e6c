import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { studyQuery } from "@/api/queries";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { calendarDate } from "@/shared/when";

type Study = Schema["StudyDetailOut"];

interface RequestRegistrationProps {
  study: Study;
  opened: boolean;
  onClose: () => void;
}

/** Choose the series that stays, of this study, and the one laid over it, of any of the patient's. */
export function RequestRegistration({ study, opened, onClose }: RequestRegistrationProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("registrations.requestTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {opened && <RequestForm study={study} onClose={onClose} />}
    </Modal>
  );
}

function RequestForm({ study, onClose }: Omit<RequestRegistrationProps, "opened">) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [fixed, setFixed] = useState<string | null>(null);
  const [movingStudy, setMovingStudy] = useState(study.study_instance_uid);
  const [moving, setMoving] = useState<string | null>(null);
  const other = useQuery(studyQuery(movingStudy));
  const request = useMutation({
    mutationFn: (pair: Schema["RegistrationInRequest"]) =>
      unwrap(api.POST("/api/ris/registrations/", { body: pair })),
    meta: { quiet: true },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.registrations.all });
      showSuccess(t("registrations.requested"));
      onClose();
    },
  });
  const own = volumesOf(study);
  const movable = volumesOf(other.data).filter(({ value }) => value !== fixed);
  return (
    <Stack>
      <Text size="sm">{t("registrations.hint")}</Text>
      <Select
        label={t("registrations.fixed")}
        allowDeselect={false}
        value={fixed}
        onChange={setFixed}
        data={own}
      />
      <Select
        label={t("registrations.movingStudy")}
        allowDeselect={false}
        value={movingStudy}
        onChange={(uid) => {
          setMovingStudy(uid ?? study.study_instance_uid);
          setMoving(null);
        }}
        data={[
          { value: study.study_instance_uid, label: t("registrations.thisStudy") },
          ...[...study.priors, ...study.other_studies].map((one) => ({
            value: one.study_instance_uid,
            label: [one.study_date && calendarDate(one.study_date), one.description]
              .filter(Boolean)
              .join(" · "),
          })),
        ]}
      />
      <Select
        label={t("registrations.moving")}
        allowDeselect={false}
        value={moving}
        onChange={setMoving}
        data={movable}
      />
      {other.isError && <ErrorNotice error={other.error} />}
      {request.isError && <ErrorNotice error={request.error} detailed />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!fixed || !moving || fixed === moving}
          loading={request.isPending}
          onClick={() => {
            if (fixed && moving) request.mutate({ fixed_series: fixed, moving_series: moving });
          }}
        >
          {t("registrations.request")}
        </Button>
      </Group>
    </Stack>
  );
}

/** Series of more than one image: those that may be a volume. */
function volumesOf(study: Study | undefined) {
  return (study?.series ?? [])
    .filter(({ images }) => images > 1)
    .map((one) => ({
      value: one.series_instance_uid,
      label: `${one.modality} · ${one.description ?? ""} (${one.images})`,
    }));
}
