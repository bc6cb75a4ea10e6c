import { useTranslation } from "react-i18next";
import { Facts, Mark, Part } from "@/shared/print/Sheet";
import { dateTime } from "@/shared/when";
import { isAmendment, lastStep } from "./history";
import { OrderResult } from "./OrderResult";
import { OrderSheet, type OrderSheetData } from "./OrderSheet";

/** The result on paper, with who stands for it and what was corrected. */
export default function ResultPage() {
  return (
    <OrderSheet part="result">
      {(sheet) => (
        <>
          <Marks sheet={sheet} />
          <Result sheet={sheet} />
        </>
      )}
    </OrderSheet>
  );
}

function Marks({ sheet: { order, history } }: { sheet: OrderSheetData }) {
  const { t } = useTranslation();
  const amendments = history.filter(isAmendment);
  return (
    <>
      {order.status !== "CONFIRMED" && <Mark>{t("print.unconfirmed")}</Mark>}
      {amendments.map(({ id, at, actor_name, reason }) => (
        <Mark key={id}>
          {[t("print.amended", { at: dateTime(at), name: actor_name }), reason].filter(Boolean).join(": ")}
        </Mark>
      ))}
    </>
  );
}

function Result({ sheet: { order, history } }: { sheet: OrderSheetData }) {
  const { t } = useTranslation();
  const by = (status: string) => {
    const step = lastStep(history, status);
    return step && `${step.actor_name} · ${dateTime(step.at)}`;
  };
  return (
    <Part title={t("orders.result")}>
      <OrderResult order={order} />
      <Part title={t("print.signed")}>
        <Facts
          facts={[
            { label: t("print.enteredBy"), value: by("RESULT_READY") },
            { label: t("print.confirmedBy"), value: by("CONFIRMED") },
          ]}
        />
      </Part>
    </Part>
  );
}
