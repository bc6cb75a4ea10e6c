import { Alert, Button, Group, List, Progress, Stack, Text } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { exactTime } from "@/shared/when";

type Check = Schema["AuditVerifyOut"];

const POLL_MS = 1000;

function isMoving(check: Check | undefined): boolean {
  return check?.state === "waiting" || check?.state === "running";
}

function hasEnded(check: Check): boolean {
  return check.state === "done" || check.state === "failed";
}

/** Has the server check that nothing was changed or removed; who starts it is itself recorded. */
export function VerifyChain() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const check = useQuery({
    queryKey: keys.audit.verify,
    queryFn: ({ signal }) => unwrap(api.GET("/api/audit/verify/", { signal })),
    refetchInterval: ({ state }) => (isMoving(state.data) ? POLL_MS : false),
  });
  const start = useMutation({
    mutationFn: () => unwrap(api.POST("/api/audit/verify/")),
    onSuccess: (started) => {
      client.setQueryData(keys.audit.verify, started);
    },
  });
  const moving = isMoving(check.data);
  return (
    <Group align="center">
      <Button
        variant="light"
        leftSection={<IconShieldCheck size={18} aria-hidden />}
        loading={start.isPending || moving}
        onClick={() => {
          start.mutate();
        }}
      >
        {t("admin.audit.verify")}
      </Button>
      {check.data && moving && <Moving check={check.data} />}
      {check.data && hasEnded(check.data) && <Result check={check.data} />}
    </Group>
  );
}

function Moving({ check: { done, total } }: { check: Check }) {
  const { t } = useTranslation();
  const percent = total ? Math.floor((100 * done) / total) : 0;
  return (
    <Stack flex={1} miw={260} gap={4}>
      <Progress value={percent} aria-label={t("admin.audit.verifying")} />
      <Text size="sm" c="dimmed">
        {t("admin.audit.verified", { done, total })}
      </Text>
    </Stack>
  );
}

/** One whose worker died has no end: then it is named by its beginning. */
function Result({ check }: { check: Check }) {
  const { t } = useTranslation();
  const at = check.finished_at ?? check.requested_at;
  const title = check.intact === null ? "notVerified" : check.intact ? "intact" : "broken";
  const more = check.break_count - check.breaks.length;
  return (
    <Alert
      flex={1}
      miw={260}
      py="xs"
      role="status"
      color={check.intact ? "teal" : "red"}
      icon={check.intact ? <IconShieldCheck aria-hidden /> : <IconShieldX aria-hidden />}
      title={t(`admin.audit.${title}`, { at: exactTime(at) })}
    >
      {check.breaks.length > 0 && (
        <List size="sm">
          {check.breaks.map(({ kind, place }) => (
            <List.Item key={`${kind} ${place}`}>{t(`admin.audit.break.${kind}`, { place })}</List.Item>
          ))}
          {more > 0 && <List.Item>{t("admin.audit.moreBreaks", { count: more })}</List.Item>}
        </List>
      )}
      {check.copies_compared === false && <Text size="sm">{t("admin.audit.notCompared")}</Text>}
      {check.restarts.map((restarted) => (
        <Text key={restarted} size="sm">
          {t("admin.audit.restarted", { at: exactTime(restarted) })}
        </Text>
      ))}
    </Alert>
  );
}
