import { Anchor, Badge, Button, Group, Pagination, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { useCan } from "@/session/react";
import { PAGE_SIZE } from "@/shared/DataTable";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { LabFlag } from "@/shared/lab/LabFlag";
import { QueryView } from "@/shared/QueryView";
import { unitText } from "@/shared/units";
import { dateTime } from "@/shared/when";
import { criticalsQuery, useRefresh, type Critical } from "./data";
import { byTurn } from "./escalations";
import { useCountdown } from "./useCountdown";

type Outcome = Schema["CallOutcome"];
const OUTCOMES = ["confirmed", "no_readback", "not_reached"] as const satisfies Outcome[];

export function CriticalList({ open }: { open: boolean }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const criticals = useQuery(criticalsQuery(open, page));
  return (
    <QueryView
      query={criticals}
      empty={open ? t("lab.critical.none") : t("lab.critical.noneClosed")}
      isEmpty={({ results }) => results.length === 0}
    >
      {({ results, count }) => (
        <Stack>
          {results.map((critical) => (
            <Card key={critical.id} critical={critical} />
          ))}
          {count > PAGE_SIZE && (
            <Pagination total={Math.ceil(count / PAGE_SIZE)} value={page} onChange={setPage} size="sm" />
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Card({ critical }: { critical: Critical }) {
  const { t } = useTranslation();
  const can = useCan();
  const left = useCountdown(critical.escalates_at);
  const { patient, name, value, unit, flag, limit, at, attempts, closed, order } = critical;
  const title = `${name[currentLanguage()]} ${value} ${unitText(unit)}`;
  return (
    <Paper component="section" withBorder p="md" aria-label={title}>
      <Stack gap="xs">
        <Group gap="sm">
          <Text fw={700} c={closed ? undefined : "red"}>
            {title}
          </Text>
          <LabFlag flag={flag} />
          <Text size="sm" c="dimmed">
            {t("lab.critical.limit", { limit })}
          </Text>
          {left && <Badge color="orange">{t("lab.critical.escalates", { left })}</Badge>}
          {closed && <Badge color="teal">{t("lab.outcome.confirmed")}</Badge>}
        </Group>
        <Group gap="sm">
          <Anchor component={Link} to={`/lab/orders/${order}`} size="sm">
            {`${patient.full_name} · ${patient.patient_id}`}
          </Anchor>
          <Text size="sm">{dateTime(at)}</Text>
        </Group>
        {attempts.map((attempt) => (
          <Text key={attempt.id} size="sm">
            {`${dateTime(attempt.at)} · ${attempt.told} (${attempt.how}) · ${t(`lab.outcome.${attempt.outcome}`)} · ${attempt.by_name}`}
          </Text>
        ))}
        {byTurn(critical.escalations).map(({ turn, at: told, names }) => (
          <Text key={turn} size="sm">
            {t("lab.critical.escalated", { at: dateTime(told), names: names.join(", ") })}
          </Text>
        ))}
        {!closed && can("critical_result") && <Call critical={critical} />}
      </Stack>
    </Paper>
  );
}

function Call({ critical }: { critical: Critical }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [told, setTold] = useState("");
  const [how, setHow] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const note = useMutation({
    mutationFn: (chosen: Outcome) =>
      unwrap(
        api.POST("/api/lis/critical/{critical_id}/attempts/", {
          params: { path: { critical_id: critical.id } },
          body: { told: told.trim(), how: how.trim(), outcome: chosen },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      setOutcome(null);
      refresh();
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
