import { Alert, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { dateTime } from "@/shared/when";

type Critical = Schema["CriticalOut"];
type Outcome = Schema["CallOutcome"];
const OUTCOMES = ["confirmed", "no_readback", "not_reached"] as const satisfies Outcome[];
const REFRESH_MS = 60_000;

/** Critical values until somebody has read them back. */
export function CriticalList() {
  const { t } = useTranslation();
  const criticals = useQuery({
    queryKey: keys.lab.criticals,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/lis/critical/", { params: { query: { open: true } }, signal })),
    refetchInterval: REFRESH_MS,
  });
  if (criticals.isError) return <ErrorNotice error={criticals.error} />;
  const rows = criticals.data?.results ?? [];
  if (rows.length === 0) return null;
  return (
    <Alert color="red" icon={<IconUrgent aria-hidden />} title={t("lab.criticals")}>
      <Stack>
        {rows.map((critical) => (
          <Call key={critical.id} critical={critical} />
        ))}
      </Stack>
    </Alert>
  );
}

function Call({ critical }: { critical: Critical }) {
  const { t } = useTranslation();
  const client = useQueryClient();
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
    onSuccess: () => client.invalidateQueries({ queryKey: keys.lab.all }),
  });
  const { patient, name, value, unit, flag, at, attempts } = critical;
  return (
    <Stack gap={4}>
      <Text fw={600} size="sm">
        {`${patient.full_name} (${patient.patient_id}) · ${name[currentLanguage()]} ${value} ${unit} ${flag} · ${dateTime(at)}`}
      </Text>
      {attempts.map((attempt) => (
        <Text key={attempt.id} size="xs">
          {`${attempt.told} · ${t(`lab.outcome.${attempt.outcome}`)} · ${attempt.by_name} · ${dateTime(attempt.at)}`}
        </Text>
      ))}
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
    </Stack>
  );
}
