import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { ageAt } from "@/shared/format";
import { useJobTypeName } from "@/shared/jobTypes";
import { PageHeader } from "@/shared/PageHeader";
import { Facts, Part, Sheet } from "@/shared/print/Sheet";
import { QueryView } from "@/shared/QueryView";
import { useIdParam } from "@/shared/useIdParam";
import { calendarDate, dateTime } from "@/shared/when";
import { useSite } from "./useSite";

export type OrderSheetData = Schema["OrderSheetOut"];

interface OrderSheetProps {
  part: "requisition" | "result";
  children: (sheet: OrderSheetData) => ReactNode;
}

/** What every sheet of an order has in common. The server records each as printed. */
export function OrderSheet({ part, children }: OrderSheetProps) {
  const { t } = useTranslation();
  const id = useIdParam("orderId");
  const sheet = useQuery({
    queryKey: keys.orders.sheet(id, part),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ocs/orders/{id}/sheet/", { params: { path: { id }, query: { part } }, signal }),
      ),
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <>
      <div className="no-print">
        <PageHeader title={t(`print.${part}`)} />
      </div>
      <QueryView query={sheet} rows={6}>
        {(data) => (
          <Sheet
            hospital={data.hospital}
            title={t(`print.${part}`)}
            barcode={data.barcode}
            accession={data.order.accession_number}
            printedBy={data.printed_by_name}
            printedAt={data.printed_at}
          >
            <Whom sheet={data} />
            <What sheet={data} />
            {data.order.clinical_info && (
              <Part title={t("orders.info")}>
                <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                  {data.order.clinical_info}
                </Text>
              </Part>
            )}
            {children(data)}
          </Sheet>
        )}
      </QueryView>
    </>
  );
}

function Whom({ sheet: { order, birth_date, gender, printed_at } }: { sheet: OrderSheetData }) {
  const { t } = useTranslation();
  const age = t("common.age", { age: ageAt(birth_date, new Date(printed_at)) });
  return (
    <Facts
      facts={[
        { label: t("print.patient"), value: order.patient.full_name },
        { label: t("print.mrn"), value: order.patient.patient_id },
        { label: t("print.birthDate"), value: `${calendarDate(birth_date)} (${age})` },
        { label: t("print.sex"), value: t(`common.gender.${gender}`) },
      ]}
    />
  );
}

function What({ sheet: { order } }: { sheet: OrderSheetData }) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const site = useSite()(order);
  const { job_role, job_type, priority = "routine", due_at, assigned_to_name } = order;
  return (
    <Part title={t("orders.order")}>
      <Facts
        facts={[
          { label: t("orders.jobRole"), value: t(`status.jobRole.${job_role}`) },
          { label: t("orders.jobType"), value: jobTypeName(job_type) },
          { label: t("orders.bodyPart"), value: site },
          { label: t("orders.priority"), value: t(`status.priority.${priority}`) },
          { label: t("print.orderer"), value: order.ordered_by_name },
          { label: t("orders.orderedAt"), value: dateTime(order.ordered_at) },
          { label: t("orders.due"), value: due_at && dateTime(due_at) },
          { label: t("orders.assigned"), value: assigned_to_name },
        ]}
      />
    </Part>
  );
}
