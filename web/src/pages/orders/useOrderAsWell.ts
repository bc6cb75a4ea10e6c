import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ORDER_KEYS } from "@/api/keys";
import { showSuccess } from "@/shared/toasts";
import type { JobRole } from "./steps";

/** Places an order that decision support suggests besides the one being written. */
export function useOrderAsWell() {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { patient: number; job_role: JobRole; job_type: string }) =>
      unwrap(api.POST("/api/ocs/orders/", { body })),
    onSuccess: () => {
      showSuccess(t("cds.ordered"));
      for (const queryKey of ORDER_KEYS) void client.invalidateQueries({ queryKey });
    },
  });
}
