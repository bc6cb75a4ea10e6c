import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ORDER_KEYS } from "@/api/keys";
import { showSuccess } from "@/shared/toasts";
import { findDuplicates, type Duplicate } from "./duplicates";
import type { Order } from "./steps";

interface Wanted {
  patient: number;
  jobTypes: string[];
  send: (reason: string) => Promise<Order[]>;
}

/**
 * Orders in two steps: what may be a duplicate is shown first, and ordered only with a reason.
 * `forget` when something else is ordered than was asked about.
 */
export function useOrdering(onOrdered: (orders: Order[]) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [found, setFound] = useState<Duplicate[]>([]);
  const [reason, setReason] = useState("");
  const ordering = useMutation({
    mutationFn: async ({ patient, jobTypes, send }: Wanted) => {
      if (found.length > 0) return send(reason.trim());
      const duplicates = await findDuplicates(patient, jobTypes);
      setFound(duplicates);
      return duplicates.length > 0 ? null : send("");
    },
    meta: { quiet: true },
    onSuccess: (orders) => {
      if (!orders) return;
      showSuccess(t("orders.set.applied", { count: orders.length }));
      for (const queryKey of ORDER_KEYS) void client.invalidateQueries({ queryKey });
      onOrdered(orders);
    },
  });
  return {
    found,
    reason,
    setReason,
    ordering,
    lacksReason: found.length > 0 && !reason.trim(),
    forget: () => {
      setFound([]);
      setReason("");
    },
  };
}
