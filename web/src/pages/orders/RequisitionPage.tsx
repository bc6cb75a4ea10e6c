import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Mark, Part } from "@/shared/print/Sheet";
import { OrderSheet } from "./OrderSheet";

/** The order on paper, for whoever does it. */
export default function RequisitionPage() {
  const { t } = useTranslation();
  return (
    <OrderSheet part="requisition">
      {({ order: { clinical_info, status } }) => (
        <>
          {status === "CANCELLED" && <Mark>{t("status.order.CANCELLED")}</Mark>}
          {clinical_info && (
            <Part title={t("orders.info")}>
              <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{clinical_info}</Text>
            </Part>
          )}
        </>
      )}
    </OrderSheet>
  );
}
