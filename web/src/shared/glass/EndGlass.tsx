import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { showSuccess } from "@/shared/toasts";

/** Close an emergency access: nothing that it opened is shown any longer. */
export function EndGlass({ id }: { id: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/emr/break-glass/{grant_id}/", { params: { path: { grant_id: id } } })),
    onSuccess: async () => {
      showSuccess(t("glass.ended"));
      await client.invalidateQueries();
    },
  });
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
      {t("glass.end")}
    </Button>
  );
}
