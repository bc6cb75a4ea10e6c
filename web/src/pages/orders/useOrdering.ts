import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ORDER_KEYS } from "@/api/keys";
import { useUser } from "@/session/react";
import { askCards, type CdsCard } from "@/shared/cds/cards";
import { showSuccess } from "@/shared/toasts";
import { findDuplicates, type Duplicate } from "./duplicates";
import type { Order } from "./steps";

interface Wanted {
  patient: number;
  jobTypes: string[];
  send: (reason: string) => Promise<Order[]>;
}

/**
 * Orders in two steps: what may be a duplicate, and what decision support warns of, is shown first.
 * A duplicate is ordered only with a reason. `forget` when something else is ordered than was asked
 * about.
 */
export function useOrdering(onOrdered: (orders: Order[]) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [found, setFound] = useState<Duplicate[]>([]);
  const [cards, setCards] = useState<CdsCard[] | null>(null);
  const [reason, setReason] = useState("");
  const { id: user } = useUser();
  const ordering = useMutation({
    mutationFn: async ({ patient, jobTypes, send }: Wanted) => {
      if (cards) return send(reason.trim());
      const [duplicates, warnings] = await Promise.all([
        findDuplicates(patient, jobTypes),
        warningsOf(user, patient, jobTypes),
      ]);
      setFound(duplicates);
      if (duplicates.length === 0 && warnings.length === 0) return send("");
      setCards(warnings);
      return null;
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
    cards,
    reason,
    setReason,
    ordering,
    lacksReason: found.length > 0 && !reason.trim(),
    forget: () => {
      setFound([]);
      setCards(null);
      setReason("");
    },
  };
}

/** Of the hook `order-sign`. Nobody is kept from ordering because decision support is away. */
async function warningsOf(user: number, patient: number, jobTypes: string[]): Promise<CdsCard[]> {
  const asked = askCards({ hook: "order-sign", user, patient, jobTypes });
  const cards = await asked.catch(() => []);
  return cards.filter(({ indicator }) => indicator !== "info");
}
