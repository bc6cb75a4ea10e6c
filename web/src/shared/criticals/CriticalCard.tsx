import { Badge, Button, Group, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { dateTime } from "@/shared/when";
import { byTurn } from "./escalations";
import { useCountdown } from "./useCountdown";

type Outcome = Schema["CallOutcome"];
type Attempt = Schema["AttemptInRequest"];
const OUTCOMES = ["confirmed", "no_readback", "not_reached"] as const satisfies Outcome[];

interface CriticalCardProps {
  critical: Pick<Schema["CriticalOut"], "attempts" | "escalations" | "closed" | "escalates_at">;
  title: string;
  /** Beside the title: how far beyond a limit, for instance. */
  mark?: ReactNode;
  onCall: (attempt: Attempt) => Promise<unknown>;
  onDone: () => void;
  /** Of whom and of what it is. */
  children: ReactNode;
}

/** A critical result: whom it was told, who was alerted again, and the next call while it is open. */
export function CriticalCard({ critical, title, mark, onCall, onDone, children }: CriticalCardProps) {
  const { t } = useTranslation();
  const can = useCan();
  const { attempts, escalations, closed, escalates_at } = critical;
  const left = useCountdown(escalates_at);
  return (
    <Paper component="section" withBorder p="md" aria-label={title}>
      <Stack gap="xs">
        <Group gap="sm">
          <Text fw={700} c={closed ? undefined : "red"}>
            {title}
          </Text>
          {mark}
          {left && <Badge color="orange">{t("lab.critical.escalates", { left })}</Badge>}
          {closed && <Badge color="teal">{t("lab.outcome.confirmed")}</Badge>}
        </Group>
        {children}
        {attempts.map((attempt) => (
          <Text key={attempt.id} size="sm">
            {`${dateTime(attempt.at)} · ${attempt.told} (${attempt.how}) · ${t(`lab.outcome.${attempt.outcome}`)} · ${attempt.by_name}`}
          </Text>
        ))}
        {byTurn(escalations).map(({ turn, at, names }) => (
          <Text key={turn} size="sm">
            {t("lab.critical.escalated", { at: dateTime(at), names: names.join(", ") })}
          </Text>
        ))}
        {!closed && can("critical_result") && <Call onCall={onCall} onDone={onDone} />}
      </Stack>
    </Paper>
  );
}

function Call({ onCall, onDone }: Pick<CriticalCardProps, "onCall" | "onDone">) {
  const { t } = useTranslation();
  const [told, setTold] = useState("");
  const [how, setHow] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const note = useMutation({
    mutationFn: (chosen: Outcome) =>
      onCall({ told: told.trim(), how: how.trim(), outcome: chosen }),
    meta: { quiet: true },
    onSuccess: () => {
      setOutcome(null);
      onDone();
    },
  });
  return (
    <>
      <Group gap="xs" align="flex-end">
        <TextInput
          label={t("lab.told")}
          maxLength={100}
          value={told}
          onChange={(event) => {
            setTold(event.currentTarget.value);
          }}
        />
        <TextInput
          label={t("lab.how")}
          maxLength={60}
          value={how}
          onChange={(event) => {
            setHow(event.currentTarget.value);
          }}
        />
        <Select
          label={t("lab.outcomeLabel")}
          data={OUTCOMES.map((each) => ({ value: each, label: t(`lab.outcome.${each}`) }))}
          value={outcome}
          onChange={setOutcome}
        />
        <Button
          color="red"
          disabled={!told.trim() || !how.trim() || !outcome}
          loading={note.isPending}
          onClick={() => {
            if (outcome) note.mutate(outcome);
          }}
        >
          {t("lab.note")}
        </Button>
      </Group>
      {note.isError && <ErrorNotice error={note.error} />}
    </>
  );
}
