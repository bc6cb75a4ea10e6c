import { Button, Group, Stack, Textarea } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import { RegistrationPreview } from "./RegistrationPreview";
import type { Registration } from "./registrations";

type Decision = "accept" | "reject";

/** Accept or reject the version shown; a flagged one is accepted with a reason. */
export function RegistrationDecision({ registration }: { registration: Registration }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { id, version, flagged } = registration;
  const [reason, setReason] = useState("");
  const [unexplained, setUnexplained] = useState(false);
  const decide = useMutation({
    mutationFn: (decision: Decision) => {
      const options = {
        params: {
          path: { registration_id: id },
          header: { "If-Match": `"${String(version)}"` },
        },
        body: { reason: reason.trim() },
      };
      return unwrap(
        decision === "accept"
          ? api.POST("/api/ris/registrations/{registration_id}/accept/", options)
          : api.POST("/api/ris/registrations/{registration_id}/reject/", options),
      );
    },
    meta: { quiet: true },
    onSuccess: (_answer, decision) => {
      showSuccess(t(decision === "accept" ? "registrations.accepted" : "registrations.rejected"));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.registrations.all }),
  });
  const click = (decision: Decision) => () => {
    const missing = decision === "accept" && flagged && reason.trim() === "";
    setUnexplained(missing);
    if (!missing) decide.mutate(decision);
  };
  return (
    <Stack gap="xs">
      <RegistrationPreview id={id} />
      <Textarea
        label={t("registrations.reason")}
        rows={2}
        maxLength={500}
        value={reason}
        error={unexplained && t("registrations.reasonNeeded")}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      {decide.isError && <ErrorNotice error={decide.error} />}
      <Group justify="flex-end">
        <Button
          size="xs"
          variant="light"
          color="red"
          leftSection={<IconX size={16} aria-hidden />}
          disabled={decide.isPending}
          onClick={click("reject")}
        >
          {t("registrations.reject")}
        </Button>
        <Button
          size="xs"
          leftSection={<IconCheck size={16} aria-hidden />}
          loading={decide.isPending}
          onClick={click("accept")}
        >
          {t("registrations.accept")}
        </Button>
      </Group>
    </Stack>
  );
}
