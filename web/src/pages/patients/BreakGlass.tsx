import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ErrorNotice } from "@/shared/ErrorNotice";

/** Open a restricted patient's record for an hour, with a reason that administrators read. */
export function BreakGlass({ patientId }: { patientId: number }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const breaking = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/emr/patients/{id}/break-glass/", {
          params: { path: { id: patientId } },
          body: { reason: reason.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => queryClient.invalidateQueries(),
  });
  return (
    <Stack align="flex-start" mt="md">
      <Text size="sm">{t("patients.glass.offer")}</Text>
      <Button variant="light" color="orange" onClick={open}>
        {t("patients.glass.title")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("patients.glass.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Stack>
          <Textarea
            label={t("patients.glass.reason")}
            required
            autosize
            minRows={3}
            maxLength={500}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          {breaking.isError && <ErrorNotice error={breaking.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button
              color="orange.9"
              disabled={reason.trim() === ""}
              loading={breaking.isPending}
              onClick={() => {
                breaking.mutate();
              }}
            >
              {t("patients.glass.open")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
