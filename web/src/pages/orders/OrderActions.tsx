import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ORDER_KEYS } from "@/api/keys";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { showSuccess } from "@/shared/toasts";
import type { Values } from "@/shared/schemaForm/values";
import { ResultEntry } from "./ResultEntry";
import { stepsFor, type Order, type Step } from "./steps";

const COLORS: Partial<Record<Step, string>> = { cancel: "red", confirm: "teal" };

interface Words {
  reason: string;
  result?: Values;
}

function take(id: number, step: Step, { reason, result }: Words): Promise<Order> {
  const path = { params: { path: { id } } };
  const body = reason.trim() ? { reason: reason.trim() } : {};
  switch (step) {
    case "accept":
      return unwrap(api.POST("/api/ocs/orders/{id}/accept/", { ...path, body }));
    case "start":
      return unwrap(api.POST("/api/ocs/orders/{id}/start/", { ...path, body }));
    case "confirm":
      return unwrap(api.POST("/api/ocs/orders/{id}/confirm/", { ...path, body }));
    case "cancel":
      return unwrap(api.POST("/api/ocs/orders/{id}/cancel/", { ...path, body }));
    case "submit":
      return unwrap(
        api.POST("/api/ocs/orders/{id}/submit-result/", {
          ...path,
          body: { ...body, ...(result && { result }) },
        }),
      );
  }
}

function stepName({ job_role }: Order, step: Step, t: TFunction): string {
  if (job_role === "CONSULT" && step === "submit") return t("orders.answer");
  if (job_role === "CONSULT" && step === "confirm") return t("orders.confirmAnswer");
  return t(`orders.step.${step}`);
}

/** The steps this person may take now. Submitting and cancelling ask for words first. */
export function OrderActions({ order }: { order: Order }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const steps = stepsFor(order, useUser());
  const [asking, setAsking] = useState<Step | null>(null);
  const action = useMutation({
    mutationFn: ({ step, words }: { step: Step; words: Words }) => take(order.id, step, words),
    meta: { quiet: true },
    onSuccess: () => {
      setAsking(null);
      showSuccess(t("common.saved"));
    },
    onSettled: () => {
      for (const queryKey of ORDER_KEYS) void client.invalidateQueries({ queryKey });
    },
  });
  if (steps.length === 0 && !action.isError) return null;
  const run = (step: Step, words: Words = { reason: "" }) => {
    action.mutate({ step, words });
  };
  return (
    <Stack gap="sm">
      <Group gap="xs">
        {steps.map((step) => (
          <Button
            key={step}
            size="sm"
            color={COLORS[step]}
            variant={step === "cancel" ? "light" : "filled"}
            loading={action.isPending && action.variables.step === step}
            aria-expanded={step === "submit" || step === "cancel" ? asking === step : undefined}
            onClick={() => {
              if (step === "submit" || step === "cancel") setAsking(asking === step ? null : step);
              else run(step);
            }}
          >
            {stepName(order, step, t)}
          </Button>
        ))}
      </Group>
      {asking && steps.includes(asking) && (
        <Ask
          key={asking}
          step={asking}
          order={order}
          busy={action.isPending}
          onDone={(words) => {
            run(asking, words);
          }}
        />
      )}
      {action.isError && <ErrorNotice error={action.error} />}
    </Stack>
  );
}

interface AskProps {
  step: Step;
  order: Order;
  busy: boolean;
  onDone: (words: Words) => void;
}

function Ask({ step, order, busy, onDone }: AskProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const cancelling = step === "cancel";
  const [result, setResult] = useState<Values | null>(null);
  const ready = cancelling || result !== null;
  return (
    <Stack gap="sm">
      {!cancelling && <ResultEntry order={order} onChange={setResult} />}
      <Textarea
        label={cancelling ? t("orders.reason") : t("orders.remark")}
        autosize
        minRows={2}
        maxLength={300}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      <Button
        color={cancelling ? "red" : undefined}
        disabled={!ready}
        loading={busy}
        onClick={() => {
          onDone({ reason, ...(result && !cancelling && { result }) });
        }}
      >
        {cancelling ? t("orders.cancelNow") : t("orders.submitNow")}
      </Button>
    </Stack>
  );
}
