import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";

interface RemoveMemberProps {
  member: Schema["CareMemberOut"];
  onClose: () => void;
}

/** Why somebody leaves the team; what they may see of a restricted patient ends at once. */
export function RemoveMember({ member, onClose }: RemoveMemberProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const removing = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/emr/care-teams/{id}/", {
          params: { path: { id: member.id } },
          body: { reason: reason.trim() },
        } as never),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("careTeam.removed"));
      onClose();
      await client.invalidateQueries();
    },
  });
  const name = member.user.full_name || member.user.username;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("careTeam.removeOf", { name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim()) removing.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t("careTeam.removeHint")}</Text>
          <TextInput
            data-autofocus
            required
            label={t("careTeam.reason")}
            maxLength={300}
            value={reason}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          {removing.isError && <ErrorNotice error={removing.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" color="red" disabled={!reason.trim()} loading={removing.isPending}>
              {t("careTeam.remove")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
