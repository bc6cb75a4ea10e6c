import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";

/** For those who match studies: takes it off its patient, and on to where its patient is chosen. */
export function WrongPatient({ study }: { study: Schema["StudyDetailOut"] }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const { study_instance_uid } = study;
  const quarantine = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ris/studies/{study_instance_uid}/quarantine/", {
          params: { path: { study_instance_uid } },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      await navigate(`/unmatched?study=${study_instance_uid}`);
      void client.invalidateQueries({ queryKey: keys.studies.all });
      void client.invalidateQueries({ queryKey: keys.unmatched.all });
    },
  });
  if (!can("match_study")) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconUserX size={18} aria-hidden />} onClick={open}>
        {t("unmatched.wrongPatient")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("unmatched.wrongTitle")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Stack>
          <Text size="sm">{t("unmatched.wrongEffect")}</Text>
          {quarantine.isError && <ErrorNotice error={quarantine.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button
              color="red"
              loading={quarantine.isPending}
              onClick={() => {
                quarantine.mutate();
              }}
            >
              {t("unmatched.quarantine")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
