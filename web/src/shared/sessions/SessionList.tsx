import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { sessionsQuery } from "@/api/queries";
import { EndButton } from "@/shared/EndButton";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";
import { dateTime } from "@/shared/when";

type LoginSession = Schema["LoginSessionOut"];

function endOne(user: number | null, session_id: string) {
  return user === null
    ? unwrap(api.DELETE("/api/acct/sessions/{session_id}/", { params: { path: { session_id } } }))
    : unwrap(
        api.DELETE("/api/acct/users/{user_id}/sessions/{session_id}/", {
          params: { path: { user_id: user, session_id } },
        }),
      );
}

function endMany(user: number | null) {
  return user === null
    ? unwrap(api.DELETE("/api/acct/sessions/"))
    : unwrap(api.DELETE("/api/acct/users/{user_id}/sessions/", { params: { path: { user_id: user } } }));
}

/** Where somebody is logged in, to be ended one by one or together. `user` null: oneself. */
export function SessionList({ user }: { user: number | null }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery(user));
  const ending = useMutation({
    mutationFn: () => endMany(user),
    onSuccess: async ({ ended }) => {
      showSuccess(t("sessions.ended", { count: ended }));
      await client.invalidateQueries({ queryKey: keys.sessions.all });
    },
  });
  return (
    <QueryView query={sessions} empty={t("sessions.none")} isEmpty={(all) => all.length === 0}>
      {(all) => (
        <Stack gap="sm">
          <Stack gap="sm" role="list" aria-label={t("sessions.title")}>
            {all.map((session) => (
              <Entry key={session.id} session={session} user={user} />
            ))}
          </Stack>
          {all.some(({ current }) => !current) && (
            <Group justify="flex-end">
              <Button
                variant="default"
                loading={ending.isPending}
                onClick={() => {
                  ending.mutate();
                }}
              >
                {user === null ? t("sessions.endOthers") : t("sessions.endAll")}
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Entry({ session, user }: { session: LoginSession; user: number | null }) {
  const { t } = useTranslation();
  const { browser, system, address, created_at, last_used_at, expires_at, current } = session;
  const device = [browser, system].filter(Boolean).join(" · ") || t("sessions.unknownDevice");
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start" role="listitem">
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={500}>
          {device}
        </Text>
        <Text size="sm">
          {[address, t("sessions.begun", { at: dateTime(created_at) })].filter(Boolean).join(" · ")}
        </Text>
        <Text size="xs" c="dimmed">
          {`${t("sessions.lastUsed", { at: dateTime(last_used_at) })} · ${t("sessions.until", { at: dateTime(expires_at) })}`}
        </Text>
      </Stack>
      {current ? (
        <Badge color="teal" style={{ flexShrink: 0 }}>
          {t("sessions.current")}
        </Badge>
      ) : (
        <EndButton
          label={t("sessions.end")}
          ariaLabel={t("sessions.endOf", { device })}
          ended={t("sessions.ended", { count: 1 })}
          end={() => endOne(user, session.id)}
          stale={[keys.sessions.all]}
        />
      )}
    </Group>
  );
}
