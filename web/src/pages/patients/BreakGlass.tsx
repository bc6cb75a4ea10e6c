import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/api/client";
import { ErrorNotice } from "@/shared/ErrorNotice";

/** Open a restricted patient's record for an hour, by the exact MRN and with a reason. */
export function BreakGlass() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="light" color="orange" onClick={open} aria-haspopup="dialog">
        {t("glass.byMrn")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("glass.byMrn")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Form onClose={close} />
      </Modal>
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [mrn, setMrn] = useState("");
  const [reason, setReason] = useState("");
  const breaking = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/emr/break-glass/", {
          body: { patient_id: mrn.trim(), reason: reason.trim() },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async ({ patient }) => {
      onClose();
      await client.invalidateQueries();
      await navigate(`/patients/${patient}`);
    },
  });
  return (
    <Stack>
      <Text size="sm">{t("glass.hint")}</Text>
      <TextInput
        label={t("glass.mrn")}
        required
        autoComplete="off"
        maxLength={64}
        value={mrn}
        onChange={(event) => {
          setMrn(event.currentTarget.value);
        }}
      />
      <Textarea
        label={t("glass.reason")}
        description={t("glass.reasonHint")}
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
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          color="orange.9"
          disabled={mrn.trim() === "" || reason.trim() === ""}
          loading={breaking.isPending}
          onClick={() => {
            breaking.mutate();
          }}
        >
          {t("glass.submit")}
        </Button>
      </Group>
    </Stack>
  );
}
