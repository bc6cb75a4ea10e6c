import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { showSuccess } from "@/shared/toasts";
import { useRefresh, type Order } from "./data";

export interface Entered {
  result: Record<string, unknown>;
  reason: string;
  /** Whether the server finds nothing wrong with any row. */
  isSound: () => Promise<boolean>;
}

/** Enters a result; false where a row is wrong, which the form then shows. */
export function useSave(order: Order, onSaved: () => void) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async ({ result, reason, isSound }: Entered) => {
      if (!(await isSound())) return false;
      await unwrap(
        api.POST("/api/lis/orders/{id}/results/", {
          params: { path: { id: order.id } },
          body: { result, ...(reason.trim() && { reason: reason.trim() }) },
        }),
      );
      return true;
    },
    meta: { quiet: true },
    onSuccess: (saved) => {
      if (!saved) return;
      showSuccess(t("common.saved"));
      onSaved();
      refresh();
    },
  });
}
