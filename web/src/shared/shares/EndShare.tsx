import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { showSuccess } from "@/shared/toasts";

export function EndShare({ id }: { id: number }) {
  const { t } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/shares/{share_id}/", { params: { path: { share_id: id } } })),
    onSuccess: async () => {
      showSuccess(t("shares.ended"));
      await client.invalidateQueries({ queryKey: keys.shares.all });
      await client.invalidateQueries({ queryKey: keys.patients.all });
    },
  });
  if (!can("share_patient")) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      style={{ flexShrink: 0 }}
      loading={ending.isPending}
      onClick={() => {
        ending.mutate();
      }}
    >
      {t("shares.end")}
    </Button>
  );
}
