import { Alert, Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap } from "@/api/client";
import { useCan, useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { isLost } from "@/shared/failure";
import { useJobTypeName } from "@/shared/jobTypes";
import { LabResult } from "@/shared/lab/LabResult";
import { mayRelease } from "@/shared/lab/mayRelease";
import { PageLoader } from "@/shared/PageLoader";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { showSuccess } from "@/shared/toasts";
import { StaleNotice } from "@/shared/StaleNotice";
import { useIdParam } from "@/shared/useIdParam";
import { dateTime } from "@/shared/when";
import { Beside } from "./Beside";
import {
  orderQuery,
  specimensOfQuery,
  useRefresh,
  versionsQuery,
  type Order,
  type Specimen,
  type Version,
} from "./data";
import { Entry } from "./Entry";
import { LabFrame } from "./LabFrame";
import { OrderSpecimens } from "./OrderSpecimens";
import { isOut, mayConfirm, stepOf, type Step } from "./steps";
import { useScanned } from "./useScanned";
import { Verify } from "./Verify";
import { Versions } from "./Versions";

/** One laboratory order, opened at the step that it waits for. */
export default function LabOrderPage() {
  const id = useIdParam("orderId");
  const order = useQuery(orderQuery(id));
  const can = useCan();
  const confirms = mayConfirm(useUser());
  const seesVersions = can("enter_lab_result") || confirms;
  const specimens = useQuery(specimensOfQuery(id));
  const versions = useQuery({ ...versionsQuery(id), enabled: seesVersions });
  const reads = [order, specimens, versions];
  const lost = reads.find(isLost);
  if (lost) return <ErrorNotice error={lost.error} onRetry={() => void lost.refetch()} />;
  if (!order.data || !specimens.data || (seesVersions && !versions.data)) return <PageLoader />;
  const stale = reads.find(({ isError }) => isError);
  return (
    <>
      {stale && <StaleNotice readAt={stale.dataUpdatedAt} onRetry={() => void stale.refetch()} />}
      <Bench
        key={id}
        order={order.data}
        specimens={specimens.data.results}
        versions={versions.data?.results ?? []}
      />
    </>
  );
}

interface BenchProps {
  order: Order;
  specimens: Specimen[];
  versions: Version[];
}

function Bench({ order, specimens, versions }: BenchProps) {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  const can = useCan();
  const step = stepOf(order, specimens, versions);
  const name = `${jobTypeName(order.job_type)} · ${order.accession_number}`;
  const scanned = useScanned();
  return (
    <LabFrame title={name} tab={t("lab.title")} subtitle={<Facts order={order} step={step} />}>
      <OrderSpecimens order={order} specimens={specimens} scanned={scanned} step={step} />
      {step === "VERIFY" && <Verify order={order} version={versions.at(-1)} />}
      {isOut(order) && <Result order={order} step={step} />}
      {can("enter_lab_result") && order.status !== "CANCELLED" && (
        <Entry
          order={order}
          versions={versions}
          opened={step !== "VERIFY" && !isOut(order)}
          ready={step === "ENTER"}
        />
      )}
      {versions.length > 0 && <Versions versions={versions} />}
    </LabFrame>
  );
}

function Facts({ order, step }: { order: Order; step: Step }) {
  const { t } = useTranslation();
  const { patient, status = "ORDERED", priority = "routine", overdue } = order;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Anchor component={Link} to={`/patients/${patient.id}`} size="sm">
          {`${patient.full_name} · ${patient.patient_id}`}
        </Anchor>
        <StatusBadge kind="order" value={status} />
        {priority !== "routine" && <StatusBadge kind="priority" value={priority} />}
        {overdue && <Badge color="red">{t("lab.overdue")}</Badge>}
        {step !== "DONE" && (
          <Badge variant="light">{t("lab.next", { step: t(`lab.step.${step}`) })}</Badge>
        )}
      </Group>
      <Text size="sm">{`${order.ordered_by_name} · ${dateTime(order.ordered_at)}`}</Text>
      {order.clinical_info && <Text size="sm">{order.clinical_info}</Text>}
    </Stack>
  );
}

/** What is out; whoever confirms it sees it beside what came before. */
function Result({ order, step }: { order: Order; step: Step }) {
  const { t } = useTranslation();
  const result = order.result ?? {};
  if (step !== "CONFIRM") {
    return (
      <Section title={t("orders.result")}>
        <LabResult result={result} />
      </Section>
    );
  }
  return (
    <Section title={t("lab.step.CONFIRM")}>
      <Stack gap="md">
        <Beside order={order} result={result} />
        <Confirm order={order} />
      </Stack>
    </Section>
  );
}

function Confirm({ order }: { order: Order }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const user = useUser();
  const allowed = mayConfirm(user) && mayRelease(order, user);
  const confirm = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ocs/orders/{id}/confirm/", { params: { path: { id: order.id } }, body: {} }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(t("common.saved"));
      refresh();
    },
  });
  return (
      <Stack gap="sm" align="flex-start">
        {allowed ? (
          <Button
            color="teal"
            loading={confirm.isPending}
            onClick={() => {
              confirm.mutate();
            }}
          >
            {t("orders.step.confirm")}
          </Button>
        ) : (
          <Alert color="gray">{t("lab.waitsForConfirmation")}</Alert>
        )}
        {confirm.isError && <ErrorNotice error={confirm.error} />}
      </Stack>
  );
}
