import { useTranslation } from "react-i18next";
import type { Order } from "./steps";

/** Part of the body and side in words; empty where the order names none. */
export function useSite(): (order: Pick<Order, "body_part" | "laterality">) => string {
  const { t } = useTranslation();
  return ({ body_part, laterality }) =>
    [body_part && t(`orders.bodyParts.${body_part}`), laterality && t(`orders.sides.${laterality}`)]
      .filter(Boolean)
      .join(", ");
}
