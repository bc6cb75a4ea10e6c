import { useTranslation } from "react-i18next";
import { Mark } from "@/shared/print/Sheet";
import { OrderSheet } from "./OrderSheet";

/** The order on paper, for whoever does it. */
export default function RequisitionPage() {
  const { t } = useTranslation();
  return (
    <OrderSheet part="requisition">
      {({ order: { status } }) => status === "CANCELLED" && <Mark>{t("status.order.CANCELLED")}</Mark>}
    </OrderSheet>
  );
}
